"""Declaring a relative."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.recusal.models import Relative
from project.forms import CleanCharField, Radios, ReliefForm


class RelativeForm(ReliefForm):
    """亲属回避申报."""

    relation = forms.ChoiceField(label=_("与我的关系"), choices=Relative.RELATIONS, widget=Radios)
    name = CleanCharField(label=_("亲属姓名"), max_length=60)
    id_no = CleanCharField(
        label=_("亲属身份证号"), squeeze=True, required=False, max_length=18,
        help_text=_("填了只对这一个人算数；不填，同名的人您都要回避。"),
    )  # fmt: skip

    def refuse(self, fault: Invalid) -> None:
        """Put each sentence of a refusal at its field."""
        for name, sentence in fault.fields.items():
            self.add_error(name, sentence)
