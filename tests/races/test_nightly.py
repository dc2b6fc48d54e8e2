"""A night run goes past the case that somebody has in hand, says which it was, and does it the next time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.calendar import clock
from tests.races.test_while_another_looks import in_hand
from workflows import overdue
from workflows.engine.periodic import Outcome
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("run", "column"), [(overdue.put_near_forward, "near_seen_at"), (overdue.report, "escalated_at")]
)
def test_one_case_in_other_hands_is_left_for_the_next_night_and_the_others_go_on(
    cast: Any, published: Any, monkeypatch: pytest.MonkeyPatch, run: Callable[[], Outcome], column: str
) -> None:
    published("rare_disease")
    cases = [drive.to(drive.apply(slug="rare_disease", number=n, by=cast["applicant1"]), "COUNTY") for n in (1, 2)]
    long_ago = clock.today() - timedelta(days=60)
    WorkItem.objects.filter(case__in=cases, state="open").update(due_on=long_ago, near_on=long_ago)
    monkeypatch.setattr("cases.history.record.LOCK_TIMEOUT", "100ms")
    with in_hand(cases[0]):
        assert run() == Outcome(1, (cases[0].pk,))
    waiting = WorkItem.objects.filter(case__in=cases, state="open", **{column: None})
    assert [item.case_id for item in waiting] == [cases[0].pk]
    assert run() == Outcome(1) and not waiting.all()
    assert run() == Outcome(0)
