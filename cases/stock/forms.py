"""What keepers of devices fill in: a model, a sheet, a hand-over, a receipt, a move, a count."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.stock.models import DeviceModel
from cases.stock.queries import TAKE_IN, places, targets
from cases.stock.rules import MOVES
from project.forms import CleanCharField, Radios, ReliefForm


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None for a page that is only read."""
    return request.POST if request.method == "POST" else None


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the places that keep devices."""

    def __init__(self, **more: Any) -> None:
        super().__init__(queryset=Office.objects.none(), empty_label=_("请选择"), **more)


class OfPlace(ReliefForm):
    """A form about one of my places; with one place alone it is not asked."""

    place = PlaceField(label=_("哪个库"))

    def __init__(self, *args: Any, viewer: Any, right: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = places(viewer, right) if right else places(viewer)
        field = self.fields["place"]
        field.queryset = Office.objects.filter(pk__in=[one.pk for one in mine])  # type: ignore[attr-defined]
        if len(mine) == 1:
            field.initial = mine[0].pk


class ModelForm(ReliefForm):
    """登记型号."""

    maker = CleanCharField(label=_("厂家"), max_length=60)
    model = CleanCharField(label=_("型号"), max_length=60)
    power = forms.ChoiceField(label=_("功率等级"), choices=DeviceModel.POWERS, widget=Radios)
    loss_from = forms.IntegerField(label=_("适用听力损失从（dB）"), min_value=0, max_value=130)
    loss_to = forms.IntegerField(label=_("到（dB）"), min_value=0, max_value=130)


class ArrivalForm(OfPlace):
    """入库表格: tried first, then taken in."""

    file = forms.FileField(label=_("表格文件"), help_text=_("xlsx 或 csv，最多 5000 行"))
    tried = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, right=TAKE_IN, **kwargs)


class _Serials(ReliefForm):
    serials = CleanCharField(
        label=_("序列号"), help_text=_("每行一个，可以用扫码枪"), max_length=30_000, widget=forms.Textarea({"rows": 8})
    )

    def given(self) -> list[str]:
        """The serials, one a line or parted by blanks and commas."""
        return str(self.cleaned_data["serials"]).replace(",", " ").replace("，", " ").replace("、", " ").split()


class SendForm(_Serials, OfPlace):
    """出库、调拨."""

    to_place = PlaceField(label=_("发到哪里"))

    field_order = ["place", "to_place", "serials"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_place"].queryset = targets()  # type: ignore[attr-defined]


class CountForm(_Serials, OfPlace):
    """盘点."""

    field_order = ["place", "serials"]


class ReceiveForm(ReliefForm):
    """签收: how many were counted."""

    counted = forms.IntegerField(label=_("清点到几台"), min_value=0, max_value=100_000)


class MoveForm(ReliefForm):
    """One move of one device, with its reason."""

    kind = forms.ChoiceField(label=_("办什么"), widget=Radios)
    reason = CleanCharField(label=_("原因"), max_length=300, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, MOVES[kind]) for kind in kinds]  # type: ignore[attr-defined]
