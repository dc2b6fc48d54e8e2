"""What a fund has (资金余额、流水): received, set aside, paid and free, and the lines that made it so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.money.books import yuan
from cases.money.models import (
    FEE,
    Fund,
    LedgerAccount,
    LedgerTransfer,
    Payout,
)
from cases.money.queries import is_uuid
from cases.money.rules import PROVINCE, allows, to_fen
from cases.paging import PAGE, Page
from cases.states import STATES


@dataclass(frozen=True, slots=True)
class Balance:
    """资金余额 in yuan: received, reserved (预留), paid (已拨付) and how much of that as fees, and what is still free."""

    fund: Fund
    received: Decimal
    reserved: Decimal
    paid: Decimal
    fees: Decimal = Decimal(0)

    @property
    def free(self) -> Decimal:
        return self.received - self.reserved - self.paid


def balances(viewer: Any, *, programme: str = "") -> list[Balance]:
    """Every fund with its balance; needs the right money.fund."""
    require(viewer, "money.fund", PROVINCE)
    funds = Fund.objects.prefetch_related("accounts").order_by("programme", "code")
    return [_balance(fund) for fund in (funds.filter(programme=programme) if programme else funds)]


def balance(viewer: Any, fund: Fund) -> Balance:
    """One fund's balance; needs the right money.fund."""
    require(viewer, "money.fund", PROVINCE)
    fees = Payout.objects.filter(fund=fund, kind=FEE, state="paid").aggregate(sum=Sum("amount"))["sum"]
    return replace(_balance(Fund.objects.prefetch_related("accounts").get(pk=fund.pk)), fees=fees or Decimal(0))


def _balance(fund: Fund) -> Balance:
    of = {row.kind: row for row in fund.accounts.all()}
    own, returned = of["fund"], of["bank"].debits_posted
    return Balance(
        fund,
        received=yuan(own.credits_posted - returned),
        reserved=yuan(own.debits_pending),
        paid=yuan(own.debits_posted - returned),
    )


def active_funds(programme: str, *, today: date) -> QuerySet[Fund]:
    """The funds that may pay for a programme on a day, oldest first."""
    return Fund.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), programme=programme, is_active=True, starts_on__lte=today
    ).order_by("starts_on", "id")


def usable_funds(case: Any, amount: Decimal, *, today: date) -> set[int]:
    """能付这一件的资金, whatever is left in them: the keys of those whose conditions take in this case and that much (yuan)."""
    return {fund.pk for fund in active_funds(case.programme, today=today) if _may_pay(fund, case, amount)}


def funds_left(case: Any, amount: Decimal, *, today: date, before: Iterable[tuple[Any, Decimal]] = ()) -> list[Fund]:
    """还够的资金, oldest first: what can pay this case that much (yuan) and still everybody `before` it whom it may pay.

    Nothing is set aside. Somebody whom several funds may pay counts in each of them: rather one waits a day too long.
    """
    first = list(before)
    found = []
    for fund in active_funds(case.programme, today=today):
        owed = sum((yuan for one, yuan in first if _may_pay(fund, one, yuan)), Decimal(0))
        if _may_pay(fund, case, amount) and _balance(fund).free >= owed + amount:
            found.append(fund)
    return found


def _may_pay(fund: Fund, case: Any, amount: Decimal) -> bool:
    return bool(allows(fund.restriction, code=case.handling_code, fen=to_fen(amount)))


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """流水一行: what happened to the fund and why, and by how much its free money changed (yuan; 0 for a payment of what was held)."""

    row: LedgerTransfer
    what: Any
    why: str
    change: Decimal


def ledger(viewer: Any, fund: Fund, *, after: str = "") -> Page[LedgerLine]:
    """流水: the fund's lines, newest first; `after` is the id of the last line of the page before."""
    require(viewer, "money.fund", PROVINCE)
    account = LedgerAccount.objects.get(fund=fund, kind="fund")
    rows = LedgerTransfer.objects.filter(Q(debit=account) | Q(credit=account)).select_related("case")
    last = LedgerTransfer.objects.filter(pk=after).first() if is_uuid(after) else None
    if last is not None:
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk))
    found = list(rows.order_by("-at", "-id")[: PAGE + 1])
    return Page([_ledger_line(row) for row in found[:PAGE]], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def _ledger_line(row: LedgerTransfer) -> LedgerLine:
    if row.kind == "single":
        return LedgerLine(row, _("退汇入账") if row.reverses_id else _("入账"), why(row), row.amount)
    signs = {"pending": -1, "post": 0, "void": 1}
    return LedgerLine(row, row.get_kind_display(), why(row), row.amount * signs[row.kind])


def why(row: LedgerTransfer) -> str:
    """说明 in the reader's language; where somebody typed why the money came, his own words."""
    if row.reason:
        return row.reason
    return str(row.get_cause_display()).format(ref=STATES[row.ref].staff if row.ref in STATES else row.ref)
