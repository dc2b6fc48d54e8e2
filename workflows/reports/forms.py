"""The selection of the pages of speed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.reports import queries

MEASURES = (
    ("whole", _("全程")), ("waiting", _("等待")), ("working", _("办理")), ("paused", _("中止")),
    ("again", _("返工")), ("late", _("超期")),
)  # fmt: skip
"""What a heat map shows: medians in workdays, and two shares."""


class SpeedForm(forms.Form):
    """选择季度、项目和地区."""

    quarter = forms.ChoiceField(label=_("季度"), required=False)
    road = forms.ChoiceField(label=_("项目"), required=False)
    place = forms.ChoiceField(label=_("受理地区"), required=False)

    def __init__(self, viewer: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "quarter": [(name, name) for name in queries.quarters()],
            "road": queries.roads(),
            "place": queries.places(viewer),
        }
        for name, offered in choices.items():
            if name in self.fields:
                self.fields[name].choices = offered  # type: ignore[attr-defined]


class QualityForm(SpeedForm):
    """选择季度和地区: every programme stands in the table."""

    road = None  # type: ignore[assignment]


class HeatForm(SpeedForm):
    """热力图: the same with what the colours say."""

    measure = forms.ChoiceField(label=_("颜色表示"), required=False, choices=MEASURES)
