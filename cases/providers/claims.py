"""Monthly claims (月度申报): what a hospital asks for each used permit, how each line was checked, and what is to be given back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.providers.permits import Permit
from cases.providers.register import Provider
from cases.sealed import SealedField

USER = settings.AUTH_USER_MODEL
ZERO = Decimal(0)

LINE_STATES = [
    ("filed", _("待县级电话核实")),
    ("blocked", _("已冻结")),
    ("verified", _("待省级核对")),
    ("accepted", _("已认可")),
    ("rejected", _("已退回，医院可答复一次")),
    ("answered", _("医院已答复，待省级再核对")),
    ("refused", _("不予认可")),
]
FINAL = ["accepted", "refused"]
CALLS = [
    ("confirmed", _("本人确认做了手术，没有多收钱")),
    ("denied", _("本人说没有做手术")),
    ("charged", _("本人说被收了钱")),
]


def _amount(words: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=10, decimal_places=2, default=ZERO)


class Claim(models.Model):
    """月度申报: one claim of a provider for one month; its lines are decided one by one."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="claims")
    month = models.DateField(_("月份"))
    number = models.CharField(_("申报号"), max_length=32, unique=True, db_collation="C")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["provider", "month"], name="claim_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="claim_month_first_day"),
        ]

    def __str__(self) -> str:
        return self.number


class ClaimLine(models.Model):
    """申报明细: the costs of one used permit (yuan). `awarded` is what the calculator leaves to be paid of `asked`."""

    sealed_for = "case:case_id"
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines")
    permit = models.OneToOneField(Permit, on_delete=models.PROTECT, related_name="claim_line")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="claim_lines")
    state = models.CharField(_("状态"), max_length=10, choices=LINE_STATES, default="filed")
    invoice_code = models.CharField(_("发票代码"), max_length=20, blank=True, default="", db_collation="C")
    invoice_no = models.CharField(_("发票号"), max_length=40, db_collation="C")
    invoiced_on = models.DateField(_("开票日期"))
    settled_on = models.DateField(_("医保结算日期"), null=True)
    total = _amount(_("总费用"))
    basic_insurance = _amount(_("医保报销"))
    critical_illness = _amount(_("大病保险报销"))
    medical_assistance = _amount(_("医疗救助"))
    discount = _amount(_("医院减免"))
    premium = _amount(_("自选晶体差价"))
    lens_price = _amount(_("晶体价格"))
    asked = _amount(_("申报金额"))
    awarded = models.DecimalField(_("核定金额"), max_digits=10, decimal_places=2, null=True)
    is_late = models.BooleanField(_("逾期申报"), default=False)
    reject_why = SealedField(_("退回原因"), blank=True, default="")
    answer = SealedField(_("医院答复"), blank=True, default="")
    checked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice_code", "invoice_no"], condition=~Q(state="refused"), name="claim_invoice_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s for s, _name in LINE_STATES]), name="claim_line_state_known"
            ),
            models.CheckConstraint(condition=Q(total__gt=0, asked__gt=0), name="claim_line_positive"),
            models.CheckConstraint(condition=Q(asked__lte=F("total")), name="claim_line_within_costs"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(awarded__gt=0, checked_by__isnull=False), name="claim_line_accepted"
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="claim_line_by_state")]


class ClaimCall(models.Model):
    """电话核实: the county phoned the patient about one line; what he said. The last call counts."""

    sealed_for = "case:line.case_id"
    line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="calls")
    result = models.CharField(_("核实结果"), max_length=10, choices=CALLS)
    answered_by = SealedField(_("接电话的人"))
    called_on = models.DateField(_("通话日期"))
    charged = models.DecimalField(_("被收了多少（元）"), max_digits=10, decimal_places=2, null=True)
    words = SealedField(_("怎么说的"), blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(result="charged", charged__gt=0) | (~Q(result="charged") & Q(charged=None)),
                name="claim_call_charged",
            )
        ]


class RefundOrder(models.Model):
    """退费通知: the hospital gives back what it took from the patient; until then its line is blocked."""

    sealed_for = "case:line.case_id"
    line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(_("应退（元）"), max_digits=10, decimal_places=2)
    ordered_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    refunded_on = models.DateField(_("退费日期"), null=True)
    refund_how = SealedField(_("怎样退的"), blank=True, default="")
    done_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.UniqueConstraint(fields=["line"], condition=Q(done_at=None), name="refund_once"),
        ]
