"""What is typed to draw a sample and to say what looking at a case brought (抽样、查过)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.programme import programmes
from project.forms import CleanCharField, DateField, MoneyField, Radios, ReliefForm
from workflows.inspection.samples.actions import LONGEST
from workflows.inspection.samples.models import Sample

_SHORT = forms.NumberInput({"class": "w-4"})


class SampleForm(ReliefForm):
    """抽样: from which cases, in which strata, how many."""

    title = CleanCharField(label=_("名称"), max_length=80)
    programme = forms.ChoiceField(label=_("项目"), required=False)
    place = CleanCharField(label=_("地区代码"), required=False, max_length=12)
    from_day = DateField(label=_("有意见的日期从"), required=False)
    to_day = DateField(label=_("有意见的日期到"), required=False)
    least = MoneyField(label=_("金额从"), required=False)
    most = MoneyField(label=_("金额到"), required=False)
    urgent = forms.BooleanField(label=_("只要急难救助"), required=False)
    way = forms.ChoiceField(label=_("怎样分层"), choices=Sample.WAYS, widget=Radios())
    by_risk = forms.BooleanField(label=_("风险高的多抽"), required=False)
    percent = forms.IntegerField(
        label=_("每层抽百分之几"),
        help_text=_("不填就按规定的比例"),
        required=False,
        min_value=1,
        max_value=100,
        widget=_SHORT,
    )
    each = forms.IntegerField(label=_("或者每层抽几件"), required=False, min_value=1, max_value=1000, widget=_SHORT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("全部")), *((card.slug, card.name) for card in programmes())]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]

    def whole(self) -> dict[str, Any]:
        """The arguments of the act."""
        names = ("programme", "place", "from_day", "to_day", "least", "most", "urgent")
        given = {name: value for name, value in self.cleaned_data.items() if name not in names}
        return given | {"filters": {name: self.cleaned_data[name] for name in names}}

    def refuse(self, fault: Invalid) -> None:
        """Say at each field why the act did not take it."""
        for field, words in fault.fields.items():
            self.add_error(field if field in self.fields else None, str(words))


class CheckForm(forms.Form):
    """查过: which of the drawn cases, in order or not, and the words."""

    line = forms.IntegerField(widget=forms.HiddenInput())
    fine = forms.ChoiceField(choices=[("yes", _("没有问题")), ("no", _("有问题"))])
    words = CleanCharField(label=_("说明"), required=False, max_length=LONGEST)
