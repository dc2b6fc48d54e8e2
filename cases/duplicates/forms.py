"""Choosing the spreadsheet of past grants, and deciding a hit."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.duplicates.models import AgencyList, HitDecision
from cases.errors import Refusal
from project.forms import CleanCharField, DateField, Radios, ReliefForm


class SheetForm(ReliefForm):
    """A spreadsheet that is tried first, then taken in."""

    file = forms.FileField(label=_("表格文件"), help_text=_("xlsx 或 csv，最多 5000 行"))
    tried = forms.CharField(required=False, widget=forms.HiddenInput())


class PastGrantForm(SheetForm):
    """既往救助表格."""


class AgencyListForm(SheetForm):
    """名单比对: whose list, of which day, what for, on which law, and the file."""

    kind = forms.ChoiceField(label=_("名单"), choices=AgencyList.KINDS, widget=Radios())
    agency = CleanCharField(label=_("提供机构"), max_length=80)
    purpose = CleanCharField(label=_("比对目的"), max_length=200)
    basis = CleanCharField(label=_("法律依据"), max_length=200, help_text=_("写明文件和条款。"))
    list_date = DateField(label=_("名单日期"), help_text=_("名单截止到哪一天。"))
    file = forms.FileField(label=_("表格文件"), help_text=_("xlsx 或 csv，最多 20000 行"))
    field_order = ("kind", "agency", "purpose", "basis", "list_date", "file", "tried")


class HitForm(ReliefForm):
    """处理命中: verdict and reason, and what the person saw."""

    kind = forms.CharField(widget=forms.HiddenInput(), max_length=12)
    subject = forms.CharField(widget=forms.HiddenInput(), max_length=40)
    fingerprint = forms.CharField(widget=forms.HiddenInput(), max_length=64)
    verdict = forms.ChoiceField(label=_("怎样处理"), choices=HitDecision.VERDICTS, widget=Radios())
    reason = forms.CharField(
        label=_("理由"),
        widget=forms.Textarea({"rows": 3}),
        max_length=500,
        help_text=_("写明看了什么、问了谁。不要写对方的证件号码。"),
    )

    def refuse(self, refusal: Refusal) -> None:
        """Put each sentence at its field."""
        for name, sentence in refusal.fields.items():
            self.add_error(name if name in self.fields else None, str(sentence))
