"""The filters of an inspector's search and timeline."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.programme import programmes
from cases.states import STATES
from project.forms import CleanCharField
from workflows.inspection.rules import CATEGORIES

_DAY = forms.DateInput({"type": "date"})


class SearchForm(forms.Form):
    """查案卷."""

    number = CleanCharField(label=_("案卷编号"), required=False, max_length=24)
    state = forms.ChoiceField(label=_("状态"), required=False)
    place = CleanCharField(label=_("地区代码"), required=False, max_length=12)
    programme = forms.ChoiceField(label=_("项目"), required=False)
    from_day = forms.DateField(label=_("提交从"), required=False, widget=_DAY)
    to_day = forms.DateField(label=_("提交到"), required=False, widget=_DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, state.staff) for code, state in STATES.items() if code != "DRAFT"]
        self.fields["state"].choices = [("", _("全部")), *codes]  # type: ignore[attr-defined]
        cards = [(card.slug, card.name) for card in programmes()]
        self.fields["programme"].choices = [("", _("全部")), *cards]  # type: ignore[attr-defined]


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
