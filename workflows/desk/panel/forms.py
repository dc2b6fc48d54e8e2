"""What a panel types: a meeting, a vote, the reasons of a refusal, the minutes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.urgent.rules import CONFIRMATION
from project.forms import Checkboxes, CleanCharField, DateField, Radios
from workflows.desk.forms import in_my_language
from workflows.models import WorkItem


class MeetingForm(forms.Form):
    """召集会议: the day and the cases."""

    held_on = DateField(label=_("开会日期"), error_messages={"required": _("请填写开会日期")})
    items = forms.TypedMultipleChoiceField(
        label=_("上会案卷"), coerce=int, widget=Checkboxes, error_messages={"required": _("请至少选一件待上会的案卷")}
    )

    def __init__(self, *args: Any, waiting: Iterable[WorkItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [  # type: ignore[attr-defined]
            (item.pk, _of(item)) for item in waiting
        ]


def _of(item: WorkItem) -> str:
    """A case as the agenda names it; of what was paid ahead it says that it is to be confirmed (追认)."""
    if item.step == CONFIRMATION:
        words = {"case": f"{item.case.number} {item.case.masked_name}", "day": item.due_on}
        return _("%(case)s 追认急难救助款，最晚 %(day)s") % words
    return f"{item.case.number} {item.case.masked_name} {item.case.award or ''}"


class VoteForm(forms.Form):
    """表决."""

    CHOICES = [("agree", _("同意")), ("reject", _("不同意")), ("defer", _("延期再议")), ("abstain", _("弃权"))]

    choice = forms.ChoiceField(
        label=_("表决意见"), choices=CHOICES, widget=Radios, error_messages={"required": _("请选择一个表决意见")}
    )
    reason = CleanCharField(
        label=_("理由"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text=_("不同意或延期的，要写明理由。"),
    )  # fmt: skip


class RecuseForm(forms.Form):
    """回避."""

    reason = CleanCharField(
        label=_("回避原因"), max_length=1000, widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("请写明回避原因")},
    )  # fmt: skip


class CloseItemForm(forms.Form):
    """形成决定: reasons are asked only where the votes refuse."""

    reasons = forms.MultipleChoiceField(label=_("不予救助的原因"), widget=Checkboxes, required=False)

    def __init__(self, *args: Any, policy: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"].choices = [  # type: ignore[attr-defined]
            (row.key, in_my_language(row.value.get("name_zh", row.key), row.value.get("name_en")))
            for row in policy.section("reject_reasons")
        ]


class MinutesForm(forms.Form):
    """会议纪要."""

    minutes = CleanCharField(
        label=_("会议纪要"), min_length=20, max_length=8000, widget=forms.Textarea({"rows": 8}),
        error_messages={"required": _("请写会议纪要，至少 20 个字"), "min_length": _("请写会议纪要，至少 20 个字")},
    )  # fmt: skip
