"""What the bank and we do not agree on is one list over all batches until an answer or a person settles it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.errors import Refusal
from cases.history.models import Event
from cases.money import actions
from cases.money.differences import differences
from cases.money.models import BankAnswerLine, DifferenceFinding, PayoutAttempt
from cases.money.testbank import Fault, SimulatedBank
from tests.money.test_pages import as_

__all__ = ["as_"]
pytestmark = pytest.mark.django_db
WORDS = "与银行客户经理核对，是另一家单位的代发，不是我们的笔。"


def listed(viewer: Any) -> list[tuple[str, str]]:
    return [(one.difference, one.batch.number) for one in differences(viewer).rows]


def a_batch(fund: Any, grant: Any, desk: Any, fault: Fault) -> tuple[Any, SimulatedBank]:
    """One batch of one payment, answered with a fault."""
    grant()
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data, {0: fault})
    desk.answered(batch, bank.answer(batch.number, {0: fault}))
    return batch, bank


def test_differences_of_all_batches_stand_in_one_list_with_their_batch(
    fund: Any, grant: Any, desk: Any, road: Any, as_: Any
) -> None:
    first, _bank = a_batch(fund, grant, desk, Fault.OFF_BY_A_FEN)
    second, _bank = a_batch(fund, grant, desk, Fault.OTHER_NAME)
    third, _bank = a_batch(fund, grant, desk, Fault.UNKNOWN_LINE)
    assert listed(desk.make) == [
        ("amount_differs", first.number), ("name_differs", second.number), ("unknown_line", third.number),
    ]  # fmt: skip
    home = as_("fin_make").get(reverse("money:home")).text
    assert reverse("money:differences") in home
    page = as_("fin_make").get(reverse("money:differences")).text
    assert all(reverse("money:batch", args=[one.number]) in page for one in (first, second, third))
    assert "登记查清结论" in as_("fin_check").get(reverse("money:differences")).text


def test_the_answer_to_a_question_takes_a_payment_off_the_list(fund: Any, grant: Any, desk: Any, road: Any) -> None:
    batch, bank = a_batch(fund, grant, desk, Fault.OFF_BY_A_FEN)
    one = differences(desk.make).rows[0]
    assert one.is_asked
    with pytest.raises(Refusal, match="先向银行查询"):
        actions.settle_difference(key=one.key, words=WORDS, by=desk.check)
    desk.answered(batch, bank.ask(actions.ask_bank(batch=batch, by=desk.make)))
    assert listed(desk.make) == []


def test_a_line_that_is_none_of_ours_leaves_the_list_by_a_persons_finding_alone(
    fund: Any, grant: Any, desk: Any, road: Any, as_: Any
) -> None:
    a_batch(fund, grant, desk, Fault.UNKNOWN_LINE)
    key = differences(desk.make).rows[0].key
    with pytest.raises(Refusal):
        actions.settle_difference(key=key, words=WORDS, by=desk.make)
    address = reverse("money:settle", args=[key])
    assert as_("fin_check").post(address, {"words": ""}).status_code == 422
    assert as_("fin_check").post(address, {"words": WORDS}).status_code == 302
    finding = DifferenceFinding.objects.get()
    assert (finding.words, finding.line.outcome) == (WORDS, "unknown_line") and listed(desk.make) == []
    told = Event.objects.get(action="difference.settled")
    assert WORDS not in told.payload
    assert as_("fin_check").get(address).status_code == 404


def test_what_contradicts_a_posted_result_is_settled_by_a_person_and_moves_no_money(
    fund: Any, grant: Any, desk: Any, road: Any
) -> None:
    grant()
    desk.sent(fund)
    PayoutAttempt.objects.update(difference="contradicts", state="failed")
    one = differences(desk.make).rows[0]
    assert not one.is_asked
    actions.settle_difference(key=one.key, words=WORDS, by=desk.check)
    assert (listed(desk.make), PayoutAttempt.objects.get().state) == ([], "failed")
    assert DifferenceFinding.objects.get().difference == "contradicts"


def test_the_list_takes_the_same_number_of_queries_for_one_and_for_many(
    fund: Any, grant: Any, desk: Any, road: Any, as_: Any, monkeypatch: Any
) -> None:
    browser, address = as_("fin_make"), reverse("money:differences")

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            browser.get(address)
        return len(counted)

    a_batch(fund, grant, desk, Fault.OFF_BY_A_FEN)
    queries()
    few = queries()
    for _more in range(3):
        a_batch(fund, grant, desk, Fault.UNKNOWN_LINE)
    assert queries() == few
    assert BankAnswerLine.objects.filter(outcome="unknown_line").count() == 3
    monkeypatch.setattr("cases.money.differences.PAGE", 2)
    seen, after = [], ""
    while True:
        found = differences(desk.make, after=after)
        seen += [one.key for one in found.rows]
        if not found.after:
            break
        after = found.after
    assert len(seen) == len(set(seen)) == 4
