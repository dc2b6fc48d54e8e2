"""Every way out of the small road is taken, in three lines each; and what nobody takes is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow_kit import visited, ways
from tests.two_step.roads.v1 import TwoStepV1

pytestmark = pytest.mark.django_db


def test_a_case_is_paid(road: Any) -> None:
    trip = road("two_step").agree().grant().payment_batched().payment_unbatched()
    trip.payment_sent().payment_unknown().payment_paid()
    assert trip.case.state == "CLOSED"


def test_a_case_is_refused(road: Any) -> None:
    assert road("two_step").reject().case.state == "REJECTED"


def test_a_wrong_account_is_repaired_and_paid(road: Any) -> None:
    trip = road("two_step").to("payment").payment_failed()
    trip.account_repaired().grant().payment_paid()
    assert trip.case.state == "CLOSED"


def test_what_is_not_visited_is_named_and_an_unknown_exit_too(road: Any) -> None:
    trip = road("two_step").agree()
    left = ways(TwoStepV1) - visited()["two_step/v1"]
    assert ("check", "reject", "rejected") in left and ("payment", "payment_sent", "") in left
    assert ("check", "agree", "grant") not in left
    with pytest.raises(AttributeError, match="has no exit fly; it has account_repaired, agree"):
        trip.fly()
    with pytest.raises(LookupError, match="no open step has the exit reject: open are grant"):
        trip.reject()


def test_a_moved_day_is_one_line(road: Any) -> None:
    trip = road("two_step").agree().days(30)
    assert trip.open == ["grant"]


def test_every_way_out_is_taken(unvisited: Any) -> None:
    assert unvisited("two_step") == []
