"""Asking about one's own data, answering, and placing a hold."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.privacy.models import PrivacyHold
from project.forms import CleanCharField, DateField, Radios, ReliefForm

YES, NO = "yes", "no"


class _Form(ReliefForm):
    def refuse(self, fault: Invalid) -> None:
        """Put each sentence of a refusal at its field."""
        for name, sentence in fault.fields.items():
            self.add_error(name, sentence)


class AskForm(_Form):
    """我的个人信息请求."""

    kind = forms.ChoiceField(
        label=_("要办什么"),
        choices=[("copy", _("要一份复印件")), ("correction", _("有写错的，要更正")), ("erasure", _("删掉我的信息"))],
        widget=Radios,
        error_messages={"required": _("请选一项。")},
    )
    words = CleanCharField(
        label=_("说明"), help_text=_("要更正的，写明哪里错了，改成什么。"), max_length=500, required=False,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip


class AnswerForm(_Form):
    """答复个人信息请求."""

    agreed = forms.ChoiceField(
        label=_("结果"), choices=[(YES, _("已办")), (NO, _("不同意"))], widget=Radios,
        error_messages={"required": _("请选一项。")},
    )  # fmt: skip
    words = CleanCharField(label=_("怎么答复"), max_length=500, widget=forms.Textarea({"rows": 4}))

    def clean_agreed(self) -> bool:
        """Whether it was done."""
        return bool(self.cleaned_data["agreed"] == YES)


class HoldForm(_Form):
    """案卷保全."""

    kind = forms.ChoiceField(label=_("为什么保全"), choices=PrivacyHold.KINDS, widget=Radios)
    reason = CleanCharField(label=_("依据"), max_length=200)
    until = DateField(label=_("到哪天止"))
