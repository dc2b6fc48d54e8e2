"""What the counter fills in to give out another paper code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.dossier.rules import CODE_REASONS
from cases.errors import Invalid
from project.forms import CleanCharField, Radios, ReliefForm, TickBox


class RenewCodeForm(ReliefForm):
    """换发查询码: why, the end of the ID that was shown, and that it was looked at."""

    reason = forms.ChoiceField(label=_("为什么换发"), choices=list(CODE_REASONS.items()), widget=Radios)
    id_tail = CleanCharField(
        label=_("患者身份证号最后四位"),
        help_text=_("看着原件填，不要照案卷抄。"),
        squeeze=True,
        max_length=4,
        widget=forms.TextInput({"class": "w-4", "autocomplete": "off"}),
    )
    is_checked = forms.BooleanField(
        label=_("已看过患者和来人的身份证原件，来人是患者本人、监护人或登记的代办人"), widget=TickBox
    )

    def refuse(self, fault: Invalid) -> None:
        """Put each sentence of a refusal at its field."""
        for name, sentence in fault.fields.items():
            self.add_error(name, sentence)
