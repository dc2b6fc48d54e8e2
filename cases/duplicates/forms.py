"""Choosing the spreadsheet of past grants."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal
from cases.text import named
from project.forms import ReliefForm


class PastGrantForm(ReliefForm):
    """既往救助表格: tried first, then imported."""

    file = forms.FileField(label=_("表格文件"), help_text=_("xlsx 或 csv，最多 5000 行"))
    tried = forms.CharField(required=False, widget=forms.HiddenInput())

    def take(self, refusal: Refusal) -> None:
        """Put the sentence about the file at its field, those about cells at the top."""
        for name, sentence in refusal.fields.items():
            self.add_error(
                name if name in self.fields else None, named(name, sentence) if name != "file" else str(sentence)
            )
        if not refusal.fields:
            self.add_error(None, str(refusal))
