"""What is asked before a log leaves, and before a name in one is opened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.programme import programmes
from cases.states import STATES
from project.forms import CleanCharField, Radios

_DAY = forms.DateInput({"type": "date"})

FORMATS = [
    ("xes", _("环节日志（XES，IEEE 1849）")),
    ("ocel", _("事项日志（OCEL 2.0）")),
    ("fhir", _("查阅日志（FHIR AuditEvent）")),
]


class ExportForm(forms.Form):
    """导出日志."""

    kind = forms.ChoiceField(label=_("哪种日志"), choices=FORMATS, widget=Radios())
    programme = forms.ChoiceField(label=_("项目"), required=False)
    place = CleanCharField(label=_("地区代码"), required=False, max_length=12)
    state = forms.ChoiceField(label=_("状态"), required=False)
    from_day = forms.DateField(label=_("提交从"), required=False, widget=_DAY)
    to_day = forms.DateField(label=_("提交到"), required=False, widget=_DAY)
    purpose = CleanCharField(
        label=_("导出用途（会留痕）"), min_length=2, max_length=60, error_messages={"required": _("请写明导出的用途")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(code, state.staff) for code, state in STATES.items() if code != "DRAFT"]
        cards = [(card.slug, card.name) for card in programmes()]
        for name, choices in (("state", states), ("programme", cards)):
            self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]

    @property
    def filters(self) -> dict[str, Any]:
        """Which cases."""
        return {name: self.cleaned_data[name] for name in ("programme", "place", "state", "from_day", "to_day")}


class NameForm(forms.Form):
    """请求还原一个化名."""

    name = CleanCharField(label=_("化名"), max_length=40, help_text=_("照日志里的写，例如 case-0123456789abcdef。"))
    reason = CleanCharField(label=_("为什么要还原"), min_length=5, max_length=200)
