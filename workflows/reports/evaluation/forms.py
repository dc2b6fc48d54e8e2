"""What is typed to an evaluation: the answer of a branch, and who looks after a county (答复考核、分片包抓)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from project.forms import CleanCharField, ReliefForm
from workflows.reports.evaluation.actions import LONGEST


class _Refused(ReliefForm):
    def refuse(self, fault: Invalid) -> None:
        """Say at each field why the act did not take it."""
        for field, words in fault.fields.items():
            self.add_error(field if field in self.fields else None, str(words))


class AnswerForm(_Refused):
    """答复考核: why, and what is done about it."""

    words = CleanCharField(label=_("原因"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))
    promise = CleanCharField(label=_("怎样改"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))


class AssignForm(_Refused):
    """分片包抓: which county, and the sign-in name of its officer."""

    area = CleanCharField(label=_("县区代码"), max_length=6, widget=forms.TextInput({"class": "w-6"}))
    officer = CleanCharField(label=_("包抓人（登录名）"), max_length=150)
