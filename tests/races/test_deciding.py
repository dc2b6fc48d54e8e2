"""Several people at the same moment: one decision, one holder, one outcome, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.errors import Refusal, Stale
from cases.history.models import Event
from tests.dossier.test_races import at_once
from workflows import actions
from workflows.models import Decision, Draft, Timer, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)


def decide(item: WorkItem, by: Any, opinion: str) -> Callable[[], Decision]:
    return lambda: actions.decide(item=item.pk, row_version=item.row_version, outcome="agree", opinion=opinion, by=by)


def test_two_people_decide_one_task_and_the_slower_finds_the_text_as_a_draft(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    item = drive.open_item(case)
    people = [cast["xiji_review"], cast["xiji_review2"]]
    given = at_once(*(decide(item, one, f"{one.name}核对过了，同意上报。") for one in people))
    late = [person for person, one in zip(people, given, strict=True) if isinstance(one, Stale)]
    assert len(late) == 1
    made = Decision.objects.get(item=item)
    assert made.actor_id != late[0].pk
    assert Draft.objects.get(item=item).by_id == late[0].pk
    assert Draft.objects.get(item=item, by=late[0]).data["opinion"] == f"{late[0].name}核对过了，同意上报。"
    assert WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).count() == 1
    assert Event.objects.filter(action="task.decided", outcome="ok", object_id=str(made.pk)).count() == 1


def test_a_double_click_of_one_person_decides_once(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    item = drive.open_item(case)
    given = at_once(*[decide(item, cast["xiji_review"], "核对过了，同意上报。")] * 4)
    assert sum(isinstance(one, Decision) for one in given) == 1
    assert sum(isinstance(one, Stale) for one in given) == 3
    assert Decision.objects.filter(item=item).count() == 1


def test_many_who_claim_one_task_leave_it_with_one_holder(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    item = drive.open_item(case)
    people = [cast["xiji_review"], cast["xiji_review2"]] * 4
    given = at_once(*((lambda who=who: actions.claim(item=item.pk, by=who)) for who in people))
    holder = WorkItem.objects.get(pk=item.pk).holder
    assert holder is not None
    for person, one in zip(people, given, strict=True):
        assert isinstance(one, WorkItem if person == holder else Stale)
    assert Event.objects.filter(action="task.claimed", outcome="ok", object_id=str(item.pk)).count() == 1


def test_eight_who_take_the_next_of_three_tasks_never_hold_one_twice(cast: Any, published: Any) -> None:
    published("rare_disease")
    cases = [
        drive.to(drive.apply(slug="rare_disease", number=number, by=cast["applicant1"]), "COUNTY")
        for number in (1, 2, 3)
    ]
    people = [cast["xiji_review"], cast["xiji_review2"]] * 4
    given = at_once(*((lambda who=who: actions.claim_next(by=who)) for who in people))
    taken = [one for one in given if one is not None]
    assert all(isinstance(one, WorkItem) for one in taken)
    assert len({one.pk for one in taken}) == len(taken) <= 3
    rows = WorkItem.objects.filter(case__in=cases, step="county_review", state="claimed")
    assert {row.pk: row.holder_id for row in rows} == {one.pk: one.holder_id for one in taken}
    claimed = Event.objects.filter(action="task.claimed", outcome="ok", object_id__in=[str(one.pk) for one in taken])
    assert claimed.count() == len(taken)


def test_a_decision_and_a_withdrawal_at_one_moment_have_one_outcome(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    item = drive.open_item(case)
    decision, gone = at_once(
        decide(item, cast["xiji_review"], "核对过了，同意上报。"),
        lambda: dossier.withdraw(case=case, reason="家里已经借到钱，不申请了。", by=cast["applicant1"]),
    )
    assert isinstance(gone, Case)
    case.refresh_from_db()
    assert case.state == "WITHDRAWN" and case.closed_at is not None
    assert not WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).exists()
    assert not Timer.objects.filter(case=case, done_at=None, cancelled_at=None).exists()
    if isinstance(decision, Refusal):
        assert isinstance(decision, Stale)
        assert not Decision.objects.filter(item=item).exists()
        assert Draft.objects.filter(item=item, by=cast["xiji_review"]).exists()
    else:
        assert Decision.objects.get(item=item).outcome == "agree"
