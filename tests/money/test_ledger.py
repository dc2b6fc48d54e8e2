"""The ledger keeps its own books: no path, not even SQL of the application, makes them wrong."""

from __future__ import annotations

import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, connections, transaction

from cases.errors import Invalid, Refusal
from cases.money import actions
from cases.money.funds import balance, balances, ledger
from cases.money.models import LedgerAccount, LedgerOpen, LedgerTransfer, Payout
from cases.money.rules import FundShort
from tests.money.conftest import make_case, make_fund

REFUSED = (IntegrityError, InternalError, ProgrammingError)


def transfer(held: LedgerTransfer, kind: str, **other: Any) -> LedgerTransfer:
    values = {
        "id": uuid.uuid4(), "debit_id": held.debit_id, "credit_id": held.credit_id, "amount_fen": held.amount_fen,
        "kind": kind, "pending": held, "case_id": held.case_id, "installment": held.installment, "cause": "moved",
        "at": held.at, **other,
    }  # fmt: skip
    with transaction.atomic():
        return LedgerTransfer.objects.create(**values)


def test_a_gift_a_reservation_and_a_payment_move_the_balance(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    grant(amount="3000.55")
    before = balance(cast["fin_make"], fund)
    assert (before.received, before.reserved, before.paid) == (Decimal(100000), Decimal("3000.55"), Decimal(0))
    assert before.free == Decimal("96999.45")
    assert [(line.row.kind, line.change) for line in ledger(cast["fin_make"], fund).rows] == [
        ("pending", Decimal("-3000.55")), ("single", Decimal(100000))
    ]  # fmt: skip


def test_a_fund_that_is_short_refuses_and_stores_nothing(cast: Any, fund: Any) -> None:
    case = make_case(cast)
    with pytest.raises(FundShort, match="资金现在不够"):
        actions.reserve(case=case, amount=Decimal("100000.01"), by=cast["prov_head"])
    assert not Payout.objects.exists() and balance(cast["fin_make"], fund).free == Decimal(100000)


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("post", {"amount_fen": 299_999}),
        ("void", {"installment": 2}),
        ("post", {"pending": None}),
        ("single", {"pending": None}),
        ("pending", {"pending": None}),
        ("void", {"amount_fen": -5}),
        ("post", {"amount_fen": 2**63 - 1}),
    ],
)
def test_a_transfer_that_does_not_fit_its_reservation_is_refused(grant: Any, kind: str, other: dict[str, Any]) -> None:
    held = grant(amount="3000").reservation
    with pytest.raises(REFUSED):
        transfer(held, kind, **other)


def test_a_reservation_ends_once_and_only_once(grant: Any) -> None:
    held = grant(amount="3000").reservation
    transfer(held, "void")
    for kind in ("void", "post"):
        with pytest.raises(REFUSED):
            transfer(held, kind)


def test_a_post_turned_round_is_refused(grant: Any) -> None:
    held = grant(amount="3000").reservation
    with pytest.raises(REFUSED, match="in every field"):
        transfer(held, "post", debit_id=held.credit_id, credit_id=held.debit_id)


def test_nobody_moves_a_balance_or_edits_a_line_by_hand(grant: Any) -> None:
    grant()
    for statement in (
        "UPDATE cases_ledgeraccount SET credits_posted = credits_posted + 100",
        "UPDATE cases_ledgertransfer SET amount_fen = 1",
        "DELETE FROM cases_ledgertransfer",
        "DELETE FROM cases_ledgeropen",
        "INSERT INTO cases_ledgeraccount (code, kind, debits_posted, credits_posted, debits_pending, credits_pending) "
        "VALUES ('x', 'external', 0, 5, 0, 0)",
    ):
        with pytest.raises(REFUSED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert LedgerOpen.objects.count() == 1


@pytest.mark.parametrize("amount", [Decimal("0"), Decimal("-1"), Decimal("0.001"), Decimal("NaN"), Decimal(2**63), 0.3])
def test_an_amount_that_is_none_is_refused_with_a_sentence(cast: Any, fund: Any, amount: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.receive_gift(fund=fund, amount=amount, source="演示", by=cast["fin_make"])
    assert "金额" in str(refused.value.reason) and "amount" in refused.value.fields


def test_the_books_tie_over_all_accounts(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    for amount in ("1.01", "2.02", "3.03"):
        grant(amount=amount)
    rows = list(LedgerAccount.objects.all())
    assert sum(row.debits_posted for row in rows) == sum(row.credits_posted for row in rows) == 10_000_000
    assert sum(row.debits_pending for row in rows) == sum(row.credits_pending for row in rows) == 606


def test_a_split_over_two_funds_needs_no_migration(cast: Any, fund: Any, road: Any) -> None:
    second = make_fund(cast, "RD2026B", "500")
    case = make_case(cast)
    actions.reserve(case=case, amount=Decimal(2500), fund=fund, by=cast["prov_head"])
    actions.reserve(case=case, amount=Decimal(500), fund=second, by=cast["prov_head"])
    assert [one.free for one in balances(cast["fin_make"])] == [Decimal(97500), Decimal(0)]
    with pytest.raises(Refusal, match="已经预留过"):
        actions.reserve(case=case, amount=Decimal(1), fund=fund, by=cast["prov_head"])
    actions.release_reservation(case=case, cause="ended", ref="WITHDRAWN", by=cast["prov_head"])
    assert [one.free for one in balances(cast["fin_make"])] == [Decimal(100000), Decimal(500)]
    assert actions.reserve(case=case, amount=Decimal(1), fund=fund, by=cast["prov_head"]).state == "reserved"


@pytest.mark.django_db(transaction=True)
def test_thirty_two_at_once_never_take_more_than_there_is(cast: Any, road: Any) -> None:
    fund = make_fund(cast, "SMALL", "20")
    cases = [make_case(cast) for _number in range(32)]
    start, results = threading.Barrier(32), []

    def take(case: Any) -> None:
        start.wait()
        try:
            actions.reserve(case=case, amount=Decimal(1), fund=fund, by=cast["prov_head"])
            results.append("ok")
        except FundShort:
            results.append("short")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[case]) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (results.count("ok"), results.count("short")) == (20, 12)
    assert balance(cast["fin_make"], fund).free == 0 and Payout.objects.count() == 20
