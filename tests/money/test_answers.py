"""What the bank says is compared to the fen and the name, applied once, and never leads to a second payment."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays
from cases.errors import Invalid, Refusal
from cases.money import actions
from cases.money.funds import balance
from cases.money.models import BankAnswer, LedgerAccount, LedgerTransfer, PaymentBatch, Payout, PayoutAttempt
from cases.money.rules import OUTCOMES
from cases.money.testbank import Fault, SimulatedBank
from tests.money.conftest import Desk, make_fund, payable

_serial = itertools.count(1)
EIGHT = ["paid", "failed", "missing", "doubled", "unknown_line", "amount_differs", "name_differs", "file_refused"]


def states() -> list[str]:
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def test_eight_answers_have_eight_names_and_only_a_clean_success_pays(
    fund: Any, grant: Any, desk: Any, road: Any
) -> None:
    payouts = [grant(amount=str(100 + number)) for number in range(7)]
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    faults = {
        1: Fault.ACCOUNT, 2: Fault.MISSING, 3: Fault.DOUBLED, 4: Fault.UNKNOWN_LINE, 5: Fault.OFF_BY_A_FEN,
        6: Fault.OTHER_NAME,
    }  # fmt: skip
    bank.take(data, faults)
    found = desk.answered(batch, bank.answer(batch.number, faults, seed=3))
    assert found == {
        "paid": 2, "failed": 1, "missing": 1, "doubled": 1, "unknown_line": 1, "amount_differs": 1, "name_differs": 1
    }  # fmt: skip
    assert states() == ["paid", "failed", "unknown", "unknown", "paid", "unknown", "unknown"]
    assert [road.of(one.case)[-1] for one in payouts[:3]] == ["payment_paid", "payment_failed", "payment_unknown"]
    batch.refresh_from_db()
    assert batch.state == "answered" and all(name in OUTCOMES for name in EIGHT)
    found = desk.answered(batch, bank.ask(actions.ask_bank(batch=batch, by=desk.make)))
    assert found == {"paid": 4} and states() == ["paid", "failed", *["paid"] * 5]
    batch.refresh_from_db()
    assert batch.state == "closed" and set(bank.paid.values()) == {1}
    assert balance(desk.make, fund).paid == Decimal(100 + 102 + 103 + 104 + 105 + 106)


def test_a_refused_file_frees_all_its_payouts(fund: Any, grant: Any, desk: Any, road: Any) -> None:
    payouts = [grant(), grant()]
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data, {0: Fault.FILE_REFUSED})
    assert desk.answered(batch, bank.answer(batch.number)) == {"file_refused": 2}
    batch.refresh_from_db()
    assert batch.state == "void" and "控制总数" in batch.void_reason and states() == ["payable", "payable"]
    assert road.of(payouts[0].case)[-1] == "payment_unbatched" and not bank.paid
    again, data = desk.sent(fund)
    bank.take(data)
    assert desk.answered(again, bank.answer(again.number)) == {"paid": 2}


def test_a_silent_bank_means_unknown_and_nothing_is_sent_again(
    fund: Any, grant: Any, desk: Any, road: Any, published: Any
) -> None:
    published("rare_disease")
    payout = grant(amount="800")
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data)
    last_day = add_workdays(clock.today(), 3, calendar()).on
    clock.move_demo_clock(to=last_day, by=None)
    assert actions.note_silent_batches() == 0
    clock.move_demo_clock(days=1, by=None)
    assert (actions.note_silent_batches(), actions.note_silent_batches()) == (1, 0)
    assert states() == ["unknown"] and road.of(payout.case)[-1] == "payment_unknown"
    assert balance(desk.make, fund).reserved == Decimal(800)
    with pytest.raises(Refusal, match="没有可以拨付"):
        desk.built(fund)
    query = actions.ask_bank(batch=batch, by=desk.make)
    assert query.decode("gbk").splitlines() == [f"查询|{batch.number}|1", f"{batch.number}0001"]
    assert desk.answered(batch, bank.ask(query)) == {"paid": 1} and states() == ["paid"]
    assert PayoutAttempt.objects.count() == 1


def test_a_failed_account_is_repaired_and_paid_without_a_new_panel(fund: Any, grant: Any, desk: Any, road: Any) -> None:
    payout = grant(amount="900")
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data, {0: Fault.ACCOUNT})
    desk.answered(batch, bank.answer(batch.number))
    assert states() == ["failed"] and balance(desk.make, fund).reserved == Decimal(900)
    with pytest.raises(Refusal, match="没有可以拨付"):
        desk.built(fund)
    desk.repaired(payout)
    assert "account_repaired" in road.of(payout.case)
    again, data = desk.sent(fund)
    assert "6228480000099999999" in data.decode("gbk")
    bank.take(data)
    desk.answered(again, bank.answer(again.number))
    assert [(row.number, row.state, row.reason) for row in PayoutAttempt.objects.order_by("number")] == [
        (1, "failed", "户名不符"), (2, "paid", "")
    ]  # fmt: skip
    assert LedgerTransfer.objects.filter(kind="pending").count() == 1


def test_a_late_return_reopens_only_that_payout(fund: Any, grant: Any, desk: Any, road: Any) -> None:
    first, second = grant(amount="700"), grant(amount="600")
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data)
    desk.answered(batch, bank.answer(batch.number))
    clock.move_demo_clock(days=30, by=None)
    batch.refresh_from_db()
    late = bank.send_back(batch.number, [f"{batch.number}0001"])
    assert desk.answered(batch, late) == {"returned": 1}
    assert states() == ["returned", "paid"] and road.of(first.case)[-1] == "payment_returned"
    kept = balance(desk.make, fund)
    assert (kept.paid, kept.reserved, kept.free) == (Decimal(600), Decimal(700), Decimal(98700))
    desk.repaired(first)
    again, data = desk.sent(fund)
    bank.take(data)
    desk.answered(again, bank.answer(again.number))
    assert states() == ["paid", "paid"] and balance(desk.make, fund).paid == Decimal(1300)
    assert road.of(second.case).count("payment_paid") == 1


def test_the_same_answer_twice_is_refused_and_a_copy_changes_nothing(fund: Any, grant: Any, desk: Any) -> None:
    grant(), grant()
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data)
    answer = bank.answer(batch.number, seed=1)
    desk.answered(batch, answer)
    with pytest.raises(Refusal, match="已经导入过"):
        actions.import_answer(batch=batch, data=answer, by=desk.make)
    other_order = next(found for seed in range(2, 40) if (found := bank.answer(batch.number, seed=seed)) != answer)
    assert desk.answered(batch, other_order) == {"already": 2}
    assert LedgerTransfer.objects.filter(kind="post").count() == 2


def test_an_answer_is_accepted_by_a_second_person_and_applied_only_then(
    cast: Any, fund: Any, grant: Any, desk: Any
) -> None:
    grant()
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data)
    answer = actions.import_answer(batch=batch, data=bank.answer(batch.number), by=desk.make)
    assert states() == ["sent"] and [line.outcome for line in answer.lines.all()] == ["paid"]
    with pytest.raises(Refusal):
        actions.accept_answer(answer=answer, by=desk.make)
    actions.accept_answer(answer=answer, by=desk.check)
    with pytest.raises(Refusal, match="已经确认过"):
        actions.accept_answer(answer=answer, by=desk.check)
    assert states() == ["paid"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("回盘|{batch}|2|100.00\r\n".encode("gbk"), "文件不完整"),
        ("回盘|DF1999000001|0|0.00\r\n".encode("gbk"), "不是这个批次的"),
        (b"PK\x03\x04\xff\xff\xff", "编码不是 GBK"),
        (b"", "第 1 行"),
        ("回盘|{batch}|1|1.00\r\nX|1|甲|1.00|成功\r\n".encode("gbk"), "第 2 行：应有 6 列"),
        ("回盘|{batch}|1|1.00\r\nX|1|甲|１|也许|\r\n".encode("gbk"), "第 2 行：结果"),
        ("回盘|{batch}|1|1.00\r\nX|1|甲|1.005|成功|\r\n".encode("gbk"), "第 2 行：金额"),
    ],
)
def test_a_file_that_is_no_answer_is_refused_whole(
    fund: Any, grant: Any, desk: Any, data: bytes, sentence: str
) -> None:
    grant()
    batch, _data = desk.sent(fund)
    with pytest.raises(Invalid, match=sentence):
        actions.import_answer(batch=batch, data=data.replace(b"{batch}", batch.number.encode()), by=desk.make)
    assert not BankAnswer.objects.exists()


def test_success_after_a_registered_failure_is_a_contradiction_for_people(fund: Any, grant: Any, desk: Any) -> None:
    grant()
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data, {0: Fault.ACCOUNT})
    desk.answered(batch, bank.answer(batch.number))
    bank.failed.clear()
    assert desk.answered(batch, bank.answer(batch.number)) == {"contradicts": 1}
    assert states() == ["failed"] and PayoutAttempt.objects.get().difference == "contradicts"


LINE_FAULTS = [fault for fault in Fault if fault not in (Fault.FILE_REFUSED, Fault.SILENT)]
ROUND = st.tuples(
    st.lists(st.sampled_from(LINE_FAULTS), min_size=3, max_size=3), st.integers(0, 10**6), st.booleans(), st.booleans()
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rounds=st.lists(ROUND, min_size=1, max_size=3), refused=st.booleans())
def test_whatever_the_bank_answers_nothing_is_paid_twice_and_the_books_tie(
    cast: Any, road: Any, rounds: list[Any], refused: bool
) -> None:
    desk, bank = Desk(cast), SimulatedBank()
    fund = make_fund(cast, f"H{next(_serial)}", "5000")
    payouts = [payable(cast, fund, amount=str(10 + number)) for number in range(3)]
    late: list[tuple[Any, bytes]] = []
    for number, (faults, seed, hold_back, send_back) in enumerate(rounds):
        if not payouts_of(payouts, "payable"):
            break
        batch, data = desk.sent(fund)
        told = {0: Fault.FILE_REFUSED} if refused and number == 0 else dict(enumerate(faults))
        bank.take(data, told)
        answer = bank.answer(batch.number, told, seed=seed)
        if hold_back:
            actions.note_silence(batch=batch, by=None)
            late.append((batch, answer))
        else:
            accept(desk, batch, answer)
        if send_back and number:
            paid = [row.line.business_no for row in batch_attempts(batch, "paid")]
            if paid:
                accept(desk, batch, bank.send_back(batch.number, paid[:1]))
        for payout in payouts_of(payouts, "failed", "returned"):
            desk.repaired(payout, account=f"62284800001{next(_serial):08d}")
    for batch, answer in [*reversed(late), *late]:
        accept(desk, batch, answer)
    for batch in PaymentBatch.objects.filter(fund=fund, state="answered"):
        accept(desk, batch, bank.ask(actions.ask_bank(batch=batch, by=desk.make)))
    check_books(fund, payouts, bank)


def accept(desk: Desk, batch: Any, data: bytes) -> None:
    """Import and accept; a replay or a contradiction is refused and changes nothing."""
    try:
        desk.answered(batch, data)
    except Refusal as refusal:
        assert refusal.code in ("answer_again", "contradicts", "not_sent"), refusal.code


def batch_attempts(batch: Any, state: str) -> list[PayoutAttempt]:
    return list(PayoutAttempt.objects.filter(line__batch=batch, state=state).select_related("line"))


def payouts_of(payouts: list[Payout], *states: str) -> list[Payout]:
    return list(Payout.objects.filter(pk__in=[one.pk for one in payouts], state__in=states).select_related("case"))


def check_books(fund: Any, payouts: list[Payout], bank: SimulatedBank) -> None:
    rows = list(LedgerAccount.objects.filter(fund=fund))
    assert sum(row.debits_posted for row in rows) == sum(row.credits_posted for row in rows)
    assert sum(row.debits_pending for row in rows) == sum(row.credits_pending for row in rows)
    of = {row.kind: row for row in rows}
    left = of["fund"].credits_posted - of["fund"].debits_posted - of["fund"].debits_pending
    assert left == 500_000 - sum(10 + number for number in range(3)) * 100
    for payout in payouts:
        payout.refresh_from_db()
        attempts = list(payout.attempts.select_related("line"))
        really = sum(bank.paid.get(attempt.line.business_no, 0) for attempt in attempts)
        assert really <= 1, "paid twice"
        assert really == (payout.state == "paid"), (payout.state, [one.state for one in attempts])
        assert sum(attempt.state == "paid" for attempt in attempts) == really
    posted = sum(payout.amount_fen for payout in payouts if payout.state == "paid")
    assert of["bank"].credits_posted - of["bank"].debits_posted == posted
