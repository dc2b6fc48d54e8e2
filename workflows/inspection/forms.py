"""The filters of an inspector's search and timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.duplicates.models import Hit
from cases.money.models import Fund
from cases.programme import programmes
from cases.providers.models import Provider
from cases.states import STATES
from project.forms import CleanCharField
from workflows.desk.forms import in_my_language
from workflows.inspection.rules import CATEGORIES

_DAY = forms.DateInput({"type": "date"})
_YES = [("", _("不限")), ("1", _("是"))]


class SearchForm(forms.Form):
    """查案卷 by any fact that may stand in an address; `secret` names a search by what may not."""

    rare = (
        "amount_from", "amount_to", "outcome", "reason", "person", "office", "overdue", "urgent", "paused", "refused",
        "duplicate", "policy", "fund", "batch", "provider", "device", "kind", "kind_from", "kind_to",
    )  # fmt: skip
    number = CleanCharField(label=_("案卷编号"), required=False, max_length=24)
    state = forms.ChoiceField(label=_("状态"), required=False)
    place = CleanCharField(label=_("地区代码"), required=False, max_length=12)
    programme = forms.ChoiceField(label=_("项目"), required=False)
    from_day = forms.DateField(label=_("提交从"), required=False, widget=_DAY)
    to_day = forms.DateField(label=_("提交到"), required=False, widget=_DAY)
    amount_from = forms.DecimalField(
        label=_("金额从（元）"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    amount_to = forms.DecimalField(
        label=_("金额到（元）"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    outcome = forms.ChoiceField(label=_("意见"), required=False)
    reason = CleanCharField(label=_("原因代码"), required=False, max_length=8)
    person = CleanCharField(label=_("经办人登录名"), required=False, max_length=150)
    office = forms.ChoiceField(label=_("经办机构"), required=False)
    overdue = forms.ChoiceField(label=_("有超期"), required=False, choices=_YES)
    urgent = forms.ChoiceField(label=_("走过急难"), required=False, choices=_YES)
    paused = forms.ChoiceField(label=_("现在中止或停办"), required=False, choices=_YES)
    refused = forms.ChoiceField(label=_("有被拒绝的操作"), required=False, choices=_YES)
    duplicate = forms.ChoiceField(label=_("查重命中"), required=False)
    policy = forms.IntegerField(label=_("政策第几版"), required=False, min_value=1, max_value=2_000_000_000)
    fund = forms.ChoiceField(label=_("资金"), required=False)
    batch = CleanCharField(label=_("批次编号"), required=False, max_length=20)
    provider = forms.ChoiceField(label=_("定点医院或验配机构"), required=False)
    device = CleanCharField(label=_("设备序列号"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("发生过（类别）"), required=False)
    kind_from = forms.DateField(label=_("发生从"), required=False, widget=_DAY)
    kind_to = forms.DateField(label=_("发生到"), required=False, widget=_DAY)
    secret = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in choices_of().items():
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]


def choices_of() -> dict[str, list[tuple[str, Any]]]:
    """What each list of the search offers; three questions whatever there is."""
    exits = {name: words for card in programmes() for name, words in _exits(card.roads[card.road])}
    return {
        "state": [(code, state.staff) for code, state in STATES.items() if code != "DRAFT"],
        "programme": [(card.slug, card.name) for card in programmes()],
        "outcome": list(exits.items()),
        "office": [(str(one.pk), in_my_language(one.name, one.name_en)) for one in Office.objects.order_by("pk")],
        "fund": [(str(one.pk), f"{one.code} {one.name}") for one in Fund.objects.order_by("code")],
        "provider": [
            (str(one.pk), in_my_language(one.office.name, one.office.name_en))
            for one in Provider.objects.select_related("office").order_by("pk")
        ],
        "duplicate": [("any", _("任何命中")), *Hit.KINDS],
        "kind": list(CATEGORIES.items()),
    }


def _exits(road: Any) -> Iterator[tuple[str, Any]]:
    for node in vars(road).values():
        for exit in getattr(node, "exits", {}).values():
            if exit.kind != "fact":
                yield exit.name, exit.label


class PrivateForm(forms.Form):
    """保密查找: what may stand in no address; it is searched by keyed digests, and each search is recorded."""

    name = CleanCharField(label=_("姓名（同音也找）"), required=False, max_length=40)
    id_no = CleanCharField(label=_("证件号码"), required=False, max_length=30)
    phone = CleanCharField(label=_("手机号"), required=False, max_length=20)
    account = CleanCharField(label=_("收款账号"), required=False, max_length=40)
    invoice_code = CleanCharField(label=_("票据代码"), required=False, max_length=30)
    invoice_no = CleanCharField(label=_("票据号码"), required=False, max_length=30)
    purpose = CleanCharField(
        label=_("查找用途（会留痕）"),
        min_length=2,
        max_length=60,
        error_messages={"required": _("请写明查找的用途")},
    )

    def clean(self) -> dict[str, Any]:
        """At least one thing to look for; an invoice by both of its numbers."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("invoice_code") and given.get("invoice_no"):
            given["invoice"] = f"{given['invoice_code']}|{given['invoice_no']}"
        elif given.get("invoice_code") or given.get("invoice_no"):
            self.add_error("invoice_no", _("票据要同时填代码和号码"))
        elif not any(given.get(name) for name in ("name", "id_no", "phone", "account")):
            self.add_error("name", _("请至少填一项"))
        return given


class TimelineFilter(forms.Form):
    """留痕筛选."""

    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("全部")), *CATEGORIES.items()])


class PurposeForm(forms.Form):
    """查看用途."""

    purpose = CleanCharField(
        label=_("查看用途（会留痕）"),
        min_length=2,
        max_length=60,
        error_messages={"required": _("请写明查看的用途")},
    )
