"""What is typed into a message to the applicant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.errors import Invalid
from project.forms import CleanCharField, TickBox
from workflows.desk.messages.actions import LONGEST, must_be_fit, plain_words


class MessageForm(forms.Form):
    """给申请人写消息; `sure` is ticked on the page that shows it as the applicant will read it."""

    words = CleanCharField(
        label=_("写给申请人的话"), max_length=LONGEST, widget=forms.Textarea({"rows": 6}),
        help_text=_("申请人和代办人都会看到。一句一个意思，不写病情和号码。"),
        error_messages={"required": _("请写要告诉申请人的话")},
    )  # fmt: skip
    sure = forms.BooleanField(label=_("我看过了，发给申请人"), required=False, widget=TickBox)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_words(self) -> str:
        words = plain_words(str(self.cleaned_data["words"]))
        try:
            must_be_fit(self.case, words)
        except Invalid as fault:
            raise forms.ValidationError(str(fault.reason)) from fault
        return words
