"""What finance types: a fund, a gift, totals once more, a password once more, an answer of the bank."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.money.models import Fund
from cases.programme import programmes
from project.forms import CleanCharField, DateField, MoneyField, Radios, ReliefForm


class FundForm(ReliefForm):
    """设立资金."""

    code = CleanCharField(
        label=_("资金编号"),
        help_text=_("字母和数字，例如 RD2026"),
        max_length=20,
        widget=forms.TextInput({"class": "w-10"}),
    )
    name = CleanCharField(label=_("资金名称"), max_length=80)
    programme = forms.ChoiceField(label=_("用于哪个项目"), widget=Radios())
    kind = forms.ChoiceField(label=_("资金来源"), choices=Fund.KINDS, widget=Radios())
    starts_on = DateField(label=_("从哪一天起可以用"))
    ends_on = DateField(label=_("到哪一天为止"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [(one.slug, one.name) for one in programmes()]  # type: ignore[attr-defined]


class GiftForm(ReliefForm):
    """资金到账."""

    amount = MoneyField(label=_("到账金额"))
    source = CleanCharField(label=_("从哪里来"), help_text=_("写明来源和凭证号"), max_length=120)


class CheckForm(ReliefForm):
    """复核: number and total, typed again from the printed list."""

    count_retyped = forms.IntegerField(label=_("总笔数"), min_value=1, widget=forms.TextInput({"class": "w-4"}))
    total_retyped = MoneyField(label=_("总金额"), max_value=None)


class ReleaseForm(ReliefForm):
    """放行: the password once more, and the code of the second factor for those who have one."""

    password = forms.CharField(
        label=_("您的密码"), widget=forms.PasswordInput({"autocomplete": "current-password", "class": "w-20"})
    )
    totp = CleanCharField(
        label=_("动态码"),
        help_text=_("开通了动态码的人要填"),
        required=False,
        squeeze=True,
        max_length=10,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "class": "w-6"}),
    )


class VoidForm(ReliefForm):
    """作废批次."""

    reason = CleanCharField(label=_("作废原因"), max_length=120)


class AnswerForm(ReliefForm):
    """导入回盘."""

    file = forms.FileField(label=_("回盘文件"), help_text=_("银行给的原始文件，不要改动"))


class FindingForm(ReliefForm):
    """查清结论."""

    words = CleanCharField(label=_("查清的情况"), widget=forms.Textarea({"rows": 4}), max_length=500)
