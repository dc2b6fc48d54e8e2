"""Small forms of the case page: show masked values for a purpose, end a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.policy.queries import policy_of
from project.forms import Checkboxes, CleanCharField, PhotoField
from workflows.desk.forms import in_my_language


class ShowForm(forms.Form):
    """显示 masked values: which part, and why; both are stored before anything is shown."""

    PURPOSES = [
        ("review", _("审核核对")),
        ("call", _("电话联系申请人")),
        ("visit", _("入户核实")),
        ("payment", _("核对收款账户")),
        ("inspect", _("监督检查")),
    ]

    part = forms.SlugField(widget=forms.HiddenInput)
    purpose = forms.ChoiceField(label=_("查看用途"), choices=PURPOSES)

    @property
    def words(self) -> Any:
        """The purpose in words, as the applicant reads it later."""
        return dict(self.PURPOSES)[self.cleaned_data["purpose"]]

    @property
    def tab(self) -> str:
        """The tab on which that part stands."""
        return "checks" if self.cleaned_data["part"] == "checks" else "application"


class RedactedForm(forms.Form):
    """遮盖件: one picture."""

    file = PhotoField(
        label=_("遮盖件（图片）"), help_text=_("先盖住姓名、证件号、电话、住址、条码和二维码，再拍照或截图。")
    )


class TerminateForm(forms.Form):
    """终止: coded reasons and what happened."""

    reasons = forms.MultipleChoiceField(
        label=_("原因"), widget=Checkboxes, error_messages={"required": _("请从列表里至少选一个原因")}
    )
    opinion = CleanCharField(
        label=_("情况说明"),
        widget=forms.Textarea({"rows": 4}),
        max_length=2000,
        error_messages={"required": _("请写明终止的情况")},
    )

    def __init__(self, *args: Any, found: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy_of(found.case)
        rows = self.policy.section("reject_reasons")
        self.fields["reasons"].choices = [  # type: ignore[attr-defined]
            (row.key, in_my_language(row.value.get("name_zh", row.key), row.value.get("name_en"))) for row in rows
        ]

    def clean_opinion(self) -> str:
        words = str(self.cleaned_data["opinion"])
        if too_short := self.policy.opinion_fault(words):
            raise forms.ValidationError(too_short)
        return words
