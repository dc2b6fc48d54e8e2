"""The books (账簿): funds and a ledger that cannot be unbalanced."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

__all__ = ["Fund", "LedgerAccount", "LedgerOpen", "LedgerTransfer"]

USER = settings.AUTH_USER_MODEL
FEN = 100


def yuan(fen: int) -> Decimal:
    """Fen (分) as yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


class Fund(models.Model):
    """资金: one source of money with what the donor or the treasury allows it to be used for (domain.md 11)."""

    KINDS = [
        ("fiscal", _("财政专项")),
        ("lottery", _("彩票公益金")),
        ("donation", _("非定向捐赠")),
        ("directed", _("定向捐赠")),
        ("special", _("专项基金")),
        ("income", _("增值收益")),
    ]

    code = models.CharField(max_length=20, unique=True, db_collation="C")
    name = models.CharField(max_length=80)
    programme = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    restriction = models.JSONField("用途限制", default=dict, blank=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="fund_dates"),
        ]

    def __str__(self) -> str:
        return self.name


class LedgerAccount(models.Model):
    """账户（账簿）: four counters that only a transfer moves. A fund never owes more than it was given."""

    KINDS = [("fund", "资金"), ("clearing", "待清算"), ("bank", "已拨付"), ("external", "外部来源")]

    code = models.CharField(max_length=40, unique=True, db_collation="C")
    kind = models.CharField(max_length=10, choices=KINDS)
    fund = models.ForeignKey(Fund, null=True, on_delete=models.PROTECT, related_name="accounts")
    debits_posted = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    debits_pending = models.BigIntegerField(default=0)
    credits_pending = models.BigIntegerField(default=0)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(debits_posted__gte=0, credits_posted__gte=0, debits_pending__gte=0, credits_pending__gte=0),
                name="ledger_counters_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(kind="fund") | Q(credits_posted__gte=F("debits_posted") + F("debits_pending")),
                name="ledger_fund_not_negative",
            ),
            models.UniqueConstraint(fields=["fund", "kind"], name="ledger_one_of_a_kind"),
        ]

    def __str__(self) -> str:
        return self.code


class LedgerTransfer(models.Model):
    """账目: one debit and one credit in one row, so that the books cannot be unbalanced. Never edited.

    `pending` reserves, `post` and `void` end a pending one, `single` moves at once. `cause` says why, with `ref` the batch or
    the state that it speaks of: words are for the reader's language. `reason` is what somebody typed, where money came. The id is chosen and stored by the
    caller before it is used: the same id twice is refused, which makes an effect happen once.
    """

    KINDS = [("single", _("入账")), ("pending", _("预留")), ("post", _("支付")), ("void", _("释放"))]
    CAUSES = [
        ("gift", _("到账")),
        ("held", _("集体研究通过，预留")),
        ("fee", _("核定验配费，预留")),
        ("paid", _("拨付批次 {ref}")),
        ("returned", _("退汇，拨付批次 {ref}")),
        ("again", _("退汇后重新预留")),
        ("ended", _("案卷不再办理：{ref}")),
        ("moved", _("案卷移到别的环节")),
        ("settled", _("费用核定，按实际金额结算")),
        ("refunded", _("受助人退回")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=KINDS)
    pending = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="ended_by")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="transfers")
    installment = models.PositiveSmallIntegerField(null=True)
    cause = models.CharField(max_length=8, choices=CAUSES)
    ref = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=120, blank=True, default="")
    created_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(kind__in=["post", "void"], pending__isnull=False)
                | Q(kind__in=["single", "pending"], pending__isnull=True),
                name="transfer_ends_a_pending",
            ),
            models.CheckConstraint(condition=Q(reverses=None) | Q(kind="single"), name="transfer_reversal_is_single"),
            models.CheckConstraint(
                condition=~Q(kind="pending") | Q(case__isnull=False, installment__isnull=False),
                name="transfer_pending_for_a_case",
            ),
            models.CheckConstraint(
                condition=(Q(cause="gift") & ~Q(reason="")) | (~Q(cause="gift") & Q(reason="")),
                name="transfer_words_are_of_people",
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "-at", "-id"], name="transfer_by_debit"),
            models.Index(fields=["credit", "-at", "-id"], name="transfer_by_credit"),
            models.Index(fields=["case", "at"], name="transfer_by_case"),
        ]

    @property
    def amount(self) -> Decimal:
        return yuan(self.amount_fen)


class LedgerOpen(models.Model):
    """未结预留: reservations not yet posted or voided; kept by the ledger's trigger alone, one per case and fund."""

    transfer = models.OneToOneField(LedgerTransfer, primary_key=True, on_delete=models.PROTECT, related_name="open")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    installment = models.PositiveSmallIntegerField()
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["case", "installment", "account"], name="one_open_reservation"),
        ]
