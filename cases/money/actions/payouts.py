"""Payouts: reserved by the panel, payable after publicity, freed when the case ends, opened again for a new account.

Aid and the fee for fitting (验配费) go the same way to the bank, each by itself: what is said of one `kind` leaves the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Refusal
from cases.history.record import action, record, recorded
from cases.money.funds import active_funds
from cases.money.models import AID, FEE, Fund, LedgerAccount, LedgerTransfer, Payout
from cases.money.rules import FundShort, allows, to_fen
from cases.people.queries import current_account

AT_BANK = ("in_batch", "sent", "unknown")


@action("payout.reserve")
def reserve(
    *, case: Any, amount: Decimal, by: Any, now: datetime | None = None, fund: Fund | None = None, installment: int = 1,
    kind: str = AID,
) -> Payout:  # fmt: skip
    """预留: set money aside for a proposed grant (yuan), from the given fund or the first one that has enough.

    Called by the panel inside its own transaction. Raises FundShort when no fund of the programme has enough: nothing
    is stored then, and the case waits in turn (轮候) or is deferred.
    """
    assert now is not None
    case, fen = lock_case(case.pk), to_fen(amount)
    funds = [fund] if fund is not None else list(active_funds(case.programme, today=local_day(now)))
    usable = [one for one in funds if allows(one.restriction, code=case.handling_code, fen=fen)]
    chosen = _first_with(usable, fen)
    if chosen is None:
        raise FundShort(case.programme)
    if case.payouts.filter(installment=installment, fund=chosen).exclude(state="void").exists():
        raise Refusal(_("这个案卷已经预留过这笔资金。"), code="already_reserved", status=409)
    transfer = _hold(case, chosen, fen, installment, "fee" if kind == FEE else "held", by, now)
    payout = Payout.objects.create(
        case=case,
        kind=kind,
        installment=installment,
        fund=chosen,
        amount=amount,
        amount_fen=fen,
        payee=current_account(case),
        reservation=transfer,
        made_at=now,
    )
    record(
        "payout.reserved",
        about=("case", case.pk),
        object=payout,
        payload={"amount": amount, "fund": chosen.code, "installment": installment, "kind": kind},
    )
    return payout


def _first_with(funds: Collection[Fund], fen: int) -> Fund | None:
    """The first fund with that much free money; all of them are locked in the order of their accounts first."""
    rows = LedgerAccount.objects.select_for_update(no_key=True).filter(fund__in=funds, kind="fund").order_by("id")
    free = {row.fund_id: row.credits_posted - row.debits_posted - row.debits_pending for row in rows}
    return next((fund for fund in funds if free.get(fund.pk, 0) >= fen), None)


def _hold(case: Any, fund: Fund, fen: int, installment: int, cause: str, by: Any, now: datetime) -> LedgerTransfer:
    of = {row.kind: row for row in fund.accounts.all()}
    return LedgerTransfer.objects.create(
        id=uuid.uuid4(),
        debit=of["fund"],
        credit=of["bank"],
        amount_fen=fen,
        kind="pending",
        case=case,
        installment=installment,
        cause=cause,
        created_by=by,
        at=now,
    )


def end_reservation(
    payout: Payout, kind: str, *, cause: str, ref: str = "", by: Any, now: datetime, key: uuid.UUID | None = None
) -> None:
    """Post or void the reservation of a payout for a cause of the ledger; the same key twice is refused by it."""
    held = payout.reservation
    LedgerTransfer.objects.create(
        id=key or uuid.uuid4(),
        debit_id=held.debit_id,
        credit_id=held.credit_id,
        amount_fen=held.amount_fen,
        kind=kind,
        pending=held,
        case_id=held.case_id,
        installment=held.installment,
        cause=cause,
        ref=ref,
        created_by=by,
        at=now,
    )


def take_back(payout: Payout, *, batch: str, by: Any, now: datetime, cause: str = "returned") -> LedgerTransfer:
    """退汇、退回入账: the posted payment is mirrored back into its fund and at once set aside again for the same payout."""
    posted = payout.reservation.ended_by
    LedgerTransfer.objects.create(
        id=uuid.uuid4(),
        debit_id=posted.credit_id,
        credit_id=posted.debit_id,
        amount_fen=posted.amount_fen,
        kind="single",
        reverses=posted,
        case_id=posted.case_id,
        installment=posted.installment,
        cause=cause,
        ref=batch,
        created_by=by,
        at=now,
    )
    return _hold(payout.case, payout.fund, payout.amount_fen, payout.installment, "again", by, now)


@action("payout.free")
def release_reservation(
    *, case: Any, cause: str, ref: str = "", by: Any, now: datetime | None = None, kind: str = AID
) -> list[Payout]:
    """释放预留: the case ended, in the state `ref`, or was moved to another step; what was set aside goes back to its fund.

    A fee that was approved is earned, and stays when the case ends: it is given back only by its own name.
    Refused while a payment of the case is in a batch or at the bank: the batch is voided first.
    """
    assert now is not None
    case = lock_case(case.pk)
    rows = list(case.payouts.filter(kind=kind).exclude(state__in=["paid", "void"]).select_related("reservation"))
    rows.sort(key=lambda row: row.reservation.debit_id)  # accounts in the order of their ids
    if any(row.state in AT_BANK for row in rows):
        raise Refusal(
            _("这一笔已编入拨付批次或送到银行，不能直接撤回。请联系财务先处理批次。"),
            code="in_batch",
            status=409,
        )
    for row in rows:
        end_reservation(row, "void", cause=cause, ref=ref, by=by, now=now)
        row.state = "void"
        row.save(update_fields=["state"])
        record(
            "payout.freed",
            about=("case", case.pk),
            object=row,
            payload={"amount": row.amount, "fund": row.fund.code, "reason": ref or cause},
        )
    return rows


@action("payout.approve")
def make_payable(*, case: Any, not_before: date, by: Any, now: datetime | None = None, kind: str = AID) -> list[Payout]:
    """转入待拨付: the grant stands; `not_before` is the first day on which it may be paid, the day after publicity.

    The event of this approval stands in the payout, and the database asks for it. Payments that the bank failed or
    returned are opened again for the corrected and confirmed account: same amount, same approval (F67).
    """
    assert now is not None
    case = lock_case(case.pk)
    rows = list(case.payouts.filter(kind=kind, state__in=["reserved", "failed", "returned"]).order_by("pk"))
    if not rows:
        raise Refusal(_("这个案卷没有预留的资金。"), code="nothing_reserved", status=409)
    account = current_account(case)
    for row in rows:
        was, row.not_before, row.payee = row.state, not_before, account
        if was != "reserved" and (account is None or account.confirmed_at is None):
            raise Refusal(_("新账户还没有第二人核对，不能重新拨付。"), code="account_unconfirmed", status=409)
        event = recorded(
            "payout.approved" if was == "reserved" else "payout.reopened",
            about=("case", case.pk),
            object=row,
            payload={"amount": row.amount, "fund": row.fund.code, "not_before": not_before},
        )
        row.state, row.decision = "payable", row.decision or event
        row.save(update_fields=["state", "not_before", "decision", "payee"])
    return rows


@action("payout.refund")
def take_refund(*, payout: Payout, receipt: str, by: Any, now: datetime | None = None) -> Payout:
    """受助人退回: the whole sum is back; it goes into its fund and is no longer set aside for anybody.

    `receipt` is the number of the paper that proves it. Refused for money that was never paid out.
    """
    assert now is not None
    lock_case(payout.case_id)
    row = Payout.objects.select_for_update(no_key=True, of=("self",)).select_related("reservation").get(pk=payout.pk)
    if row.state != "paid":
        raise Refusal(_("这一笔没有拨付，或者已经退回。"), code="not_paid", status=409)
    row.reservation = take_back(row, batch=receipt, by=by, now=now, cause="refunded")
    row.state, row.paid_on = "returned", None
    row.save(update_fields=["reservation", "state", "paid_on"])
    end_reservation(row, "void", cause="refunded", ref=receipt, by=by, now=now)
    row.state = "void"
    row.save(update_fields=["state"])
    record(
        "payout.refunded",
        about=("case", row.case_id),
        object=row,
        payload={"amount": row.amount, "fund": row.fund.code, "receipt": receipt},
    )
    return row
