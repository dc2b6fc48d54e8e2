"""What is typed from an invoice (票据), by the applicant or a reviewer: where it stands on the paper, in that order."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal
from project.forms import CleanCharField, DateField, MoneyField, ReliefForm, TickBox

SHORT = forms.TextInput({"class": "w-20", "autocomplete": "off"})


class InvoiceForm(ReliefForm):
    """录入票据: code, number and check code, the day, and the four numbers in yuan."""

    code = CleanCharField(
        label=_("票据代码"), squeeze=True, max_length=24, required=False, widget=SHORT,
        help_text=_("20 位号码的电子发票没有代码，空着。"),
    )  # fmt: skip
    number = CleanCharField(label=_("票据号码"), squeeze=True, max_length=28, widget=SHORT)
    check_code = CleanCharField(label=_("校验码"), squeeze=True, max_length=12, required=False, widget=SHORT)
    issued_on = DateField(label=_("开票日期"))
    total = MoneyField(label=_("总费用"))
    in_scope = MoneyField(label=_("目录内费用"), help_text=_("医保目录以内的部分。"))
    reimbursed = MoneyField(label=_("已报销"), help_text=_("医保、大病保险和医疗救助，票上合计。没有就填 0。"))
    self_pay = MoneyField(label=_("个人支付"))
    donated = forms.BooleanField(label=_("是慈善组织赠送的药"), required=False, widget=TickBox)
    out_of_region = forms.BooleanField(label=_("在宁夏以外开的"), required=False, widget=TickBox)

    def refuse(self, fault: Refusal) -> None:
        """Put each sentence of a refusal at its field, and one without a field at the number."""
        for name, sentence in (fault.fields or {"number": fault.reason}).items():
            self.add_error(name, sentence)
