"""Money on its way: payouts with their attempts, batches, the bank's answers; the funds and the ledger are in `books`."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.money.books import Fund, LedgerAccount, LedgerOpen, LedgerTransfer, yuan
from cases.money.findings import DifferenceFinding
from cases.sealed import SealedField

__all__ = [
    "AID",
    "FEE",
    "BankAnswer",
    "BankAnswerLine",
    "BatchLine",
    "DifferenceFinding",
    "Fund",
    "LedgerAccount",
    "LedgerOpen",
    "LedgerTransfer",
    "PaymentBatch",
    "Payout",
    "PayoutAttempt",
]

USER = settings.AUTH_USER_MODEL

PAYOUT_STATES = [
    ("reserved", _("已预留")),
    ("payable", _("待拨付")),
    ("in_batch", _("已入批次")),
    ("sent", _("已送银行")),
    ("unknown", _("结果待查")),
    ("paid", _("已拨付")),
    ("failed", _("拨付失败")),
    ("returned", _("退汇")),
    ("void", _("已释放")),
]
AID, FEE = "aid", "fee"
PAYOUT_KINDS = [(AID, _("救助款")), (FEE, _("验配费"))]
ATTEMPT_STATES = [
    ("made", _("已编入批次")),
    ("sent", _("已送银行")),
    ("unknown", _("结果待查")),
    ("paid", _("成功")),
    ("failed", _("失败")),
    ("returned", _("退汇")),
    ("void", _("批次作废")),
]
DEAD_ATTEMPTS = ["failed", "returned", "void"]
BATCH_STATES = [
    ("made", _("已制单，待复核")),
    ("checked", _("已复核，待放行")),
    ("released", _("已放行，待送银行")),
    ("sent", _("已送银行，待回盘")),
    ("answered", _("已回盘，有待查")),
    ("closed", _("已完成")),
    ("void", _("已作废")),
]


class Payout(models.Model):
    """拨付: what is paid for one case from one fund. The amount stands from the decision on; the account may change.

    `kind` is aid to the person, or the fee of whoever fitted his devices (验配费): that is no aid to him, and one for a case.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payouts")
    kind = models.CharField(max_length=3, choices=PAYOUT_KINDS, default=AID)
    installment = models.PositiveSmallIntegerField(default=1)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="payouts")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    amount_fen = models.BigIntegerField()
    payee = models.ForeignKey("cases.PayeeAccount", null=True, on_delete=models.PROTECT, related_name="payouts")
    reservation = models.OneToOneField(LedgerTransfer, on_delete=models.PROTECT, related_name="payout")
    state = models.CharField(max_length=10, choices=PAYOUT_STATES, default="reserved")
    decision = models.BigIntegerField("批准事件", null=True)
    not_before = models.DateField("最早拨付日", null=True)
    made_at = models.DateTimeField()
    paid_on = models.DateField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payout_positive"),
            models.CheckConstraint(condition=Q(amount=F("amount_fen") / Decimal("100.00")), name="payout_yuan_is_fen"),
            models.CheckConstraint(condition=Q(state__in=[s for s, _name in PAYOUT_STATES]), name="payout_state_known"),
            models.CheckConstraint(condition=Q(kind__in=[k for k, _name in PAYOUT_KINDS]), name="payout_kind_known"),
            models.UniqueConstraint(fields=["case"], condition=Q(kind=FEE) & ~Q(state="void"), name="one_fee"),
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "void"]) | Q(not_before__isnull=False), name="payout_has_first_day"
            ),
            models.UniqueConstraint(
                fields=["case", "installment", "fund"], condition=~Q(state="void"), name="payout_once"
            ),
        ]
        indexes = [models.Index(fields=["fund", "state", "id"], name="payout_by_fund")]


class PaymentBatch(models.Model):
    """代发批次: made, checked and released by three people; after the check it can only be voided, never edited."""

    number = models.CharField(max_length=20, unique=True, db_collation="C")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=10, choices=BATCH_STATES, default="made")
    template = models.CharField("文件模板（含版本）", max_length=40)
    count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    file_sha256 = models.CharField(max_length=64)
    maker = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    releaser = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[s for s, _name in BATCH_STATES]), name="batch_state_known"),
            models.CheckConstraint(condition=Q(checker=None) | ~Q(checker=F("maker")), name="batch_checker_not_maker"),
            models.CheckConstraint(
                condition=Q(releaser=None) | (~Q(releaser=F("maker")) & ~Q(releaser=F("checker"))),
                name="batch_releaser_is_third",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "void"]) | Q(checker__isnull=False, checked_at__isnull=False),
                name="batch_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "checked", "void"])
                | Q(releaser__isnull=False, released_at__isnull=False),
                name="batch_released_by_somebody",
            ),
            models.CheckConstraint(condition=Q(count__gt=0, total_fen__gt=0), name="batch_not_empty"),
        ]
        indexes = [models.Index(fields=["fund", "-id"], name="batch_by_fund")]

    @property
    def total(self) -> Decimal:
        return yuan(self.total_fen)

    @property
    def file_may_leave(self) -> bool:
        return self.state in ("released", "sent", "answered")

    def __str__(self) -> str:
        return self.number


class BatchLine(models.Model):
    """批次明细: one candidate, in or out, with the reason; for those in, the payee as of the making of the batch."""

    sealed_for = "money:payout.case_id"
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="lines")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    seq = models.PositiveIntegerField(null=True)
    included = models.BooleanField()
    reason = models.CharField(max_length=40, blank=True, default="")
    business_no = models.CharField("业务编号", max_length=32, null=True, unique=True, db_collation="C")
    amount_fen = models.BigIntegerField()
    holder = SealedField("户名", blank=True, default="")
    account = SealedField("账号", blank=True, default="")
    account_key = models.CharField(max_length=64, blank=True, default="")
    tail = models.CharField(max_length=4, blank=True, default="")
    bank_name = models.CharField(max_length=80, blank=True, default="")
    cnaps = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["batch", "payout"], name="batch_line_once"),
            models.UniqueConstraint(fields=["batch", "seq"], name="batch_line_seq"),
            models.CheckConstraint(
                condition=Q(included=False, seq=None, business_no=None)
                | Q(included=True, seq__isnull=False, business_no__isnull=False),
                name="batch_line_in_has_number",
            ),
            models.CheckConstraint(condition=Q(included=True) | ~Q(reason=""), name="batch_line_out_has_reason"),
        ]

    @property
    def amount(self) -> Decimal:
        return yuan(self.amount_fen)


class PayoutAttempt(models.Model):
    """拨付尝试: one try to pay; at most one of a payout lives. `key` is the id of the ledger row that success posts."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    line = models.OneToOneField(BatchLine, on_delete=models.PROTECT, related_name="attempt")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=ATTEMPT_STATES, default="made")
    difference = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField("银行原因", max_length=40, blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s for s, _name in ATTEMPT_STATES]), name="attempt_state_known"
            ),
            models.UniqueConstraint(fields=["payout", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["payout"], condition=~Q(state__in=DEAD_ATTEMPTS), name="one_living_attempt"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=~Q(difference=""), name="attempt_differs")]


class BankAnswer(models.Model):
    """回盘: one answer file of the bank, read by one person, applied when a second accepts it."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="answers")
    sha256 = models.CharField(max_length=64)
    is_refusal = models.BooleanField("整批拒收", default=False)
    reason = models.CharField(max_length=120, blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    accepted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["batch", "sha256"], name="answer_file_once"),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("by")), name="answer_accepted_by_another"
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None, accepted_at=None)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="answer_accepted_when",
            ),
        ]


class BankAnswerLine(models.Model):
    """回盘明细: what the bank says of one line and how it compares with what was sent."""

    sealed_for = "money:attempt.case_id"
    answer = models.ForeignKey(BankAnswer, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField("文件行号", null=True)
    business_no = models.CharField(max_length=40)
    attempt = models.ForeignKey(PayoutAttempt, null=True, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=20)
    amount_fen = models.BigIntegerField(null=True)
    holder = SealedField("回盘户名", blank=True, default="")
    tail = models.CharField(max_length=4, blank=True, default="")
    reason = models.CharField("银行原因", max_length=80, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["answer", "business_no"], name="answer_line_once")]
        indexes = [
            models.Index(fields=["answer", "id"], name="answer_lines"),
            models.Index(fields=["id"], condition=Q(outcome="unknown_line"), name="answer_unknown_lines"),
        ]

    @property
    def amount(self) -> Decimal | None:
        return None if self.amount_fen is None else yuan(self.amount_fen)
