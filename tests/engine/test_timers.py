"""Timers fire once, wait longer when they fail, never hold up each other, and never fire after a cancel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.calendar import clock
from cases.calendar.rules import end_of
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.evidence import actions as evidence
from cases.evidence.models import Supplement
from cases.notices.models import Notice
from tests.desk.standing import new_case, road, standing
from tests.kit.armed import armed
from workflows.engine import clockwork, timers
from workflows.models import Timer, WorkItem
from workflows.walking import drive

__all__ = ["new_case", "road", "standing"]
pytestmark = pytest.mark.django_db

NEEDED = {"items": [{"kind": "material", "key": "D06", "reason": "S06", "note": "缺医院章"}]}


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of the timers of kind "test" that fired; "bad" fails and "no" is refused."""
    done: list[str] = []

    def handler(timer: Timer) -> None:
        if timer.key == "bad":
            raise ZeroDivisionError("马演示 649900190001010011")
        if timer.key == "no":
            raise Refusal("现在不行", code="not_now")
        done.append(timer.key)

    monkeypatch.setitem(timers._handlers, "test", handler)
    return done


@pytest.fixture
def arm(new_case: Callable[..., Case]) -> Callable[[str], Timer]:
    """Sets a timer that is due at once."""
    case = new_case(1)
    return lambda key: armed(case=case, kind="test", key=key, due_at=clock.now())


@pytest.fixture
def waiting(new_case: Callable[..., Case]) -> Case:
    """A case that waits for the applicant's papers."""
    case = new_case(1)
    drive.step(case, "supplement", data=NEEDED)
    assert case.state == "SUPPLEMENT"
    return case


def test_a_due_timer_fires_once(arm: Callable[[str], Timer], fired: list[str]) -> None:
    timer = arm("a")
    assert clockwork.one_pass()["timers"] == 1
    assert clockwork.one_pass()["timers"] == 0
    assert not timers.fire(timer.pk)
    assert fired == ["a"]


def test_a_timer_fires_at_its_time_and_not_before(arm: Callable[[str], Timer], fired: list[str]) -> None:
    timer = arm("a")
    armed(case=timer.case, kind="test", key="a", due_at=clock.now() + timedelta(hours=1))
    assert Timer.objects.filter(kind="test").count() == 1
    clockwork.one_pass()
    assert fired == []
    clock.move_demo_clock(days=1, by=None)
    clockwork.one_pass()
    assert fired == ["a"]


def test_a_failing_timer_waits_longer_each_time_and_the_others_fire(
    arm: Callable[[str], Timer], fired: list[str]
) -> None:
    bad = arm("bad")
    for key in "abc":
        arm(key)
    clockwork.one_pass()
    assert fired == ["a", "b", "c"]
    waits = []
    for attempt in (2, 3, 4):
        Timer.objects.filter(pk=bad.pk).update(due_at=clock.now())
        before = clock.now()
        assert not timers.fire(bad.pk)
        bad.refresh_from_db()
        assert bad.attempts == attempt and bad.done_at is None
        waits.append(bad.due_at - before)
    assert waits == sorted(waits) and waits[0] > timedelta(seconds=30)
    assert bad.error == "ZeroDivisionError" and "马演示" not in str(vars(bad))


def test_a_timer_that_failed_too_often_is_parked_until_a_person_lets_it_go_on(
    arm: Callable[[str], Timer], fired: list[str]
) -> None:
    bad = arm("bad")
    for _each in range(timers.RETRY.attempts):
        assert not timers.fire(bad.pk)
        Timer.objects.filter(pk=bad.pk).update(due_at=clock.now())
    bad.refresh_from_db()
    assert bad.parked_at is not None and bad.attempts == timers.RETRY.attempts
    assert not timers.fire(bad.pk) and timers.take() == []
    assert timers.again(Timer.objects.filter(pk=bad.pk), now=clock.now()) == 1
    assert timers.take() == [bad.pk]


def test_several_clocks_take_different_timers_and_none_twice(arm: Callable[[str], Timer], fired: list[str]) -> None:
    made = [arm(str(number)).pk for number in range(5)]
    batches = [timers.take(2), timers.take(2), timers.take(2), timers.take(2)]
    assert [len(batch) for batch in batches] == [2, 2, 1, 0] and sum(batches, []) == made
    clock.move_demo_clock(to=clock.now() + timers.RETRY.lease, by=None)
    assert timers.take() == made  # the clocks that took them are gone


def test_a_refused_timer_is_over_and_says_why(arm: Callable[[str], Timer], fired: list[str]) -> None:
    timer = arm("no")
    clockwork.one_pass()
    timer.refresh_from_db()
    assert timer.done_at is not None and timer.error == "not_now"


def test_nothing_fires_after_a_cancel(arm: Callable[[str], Timer], fired: list[str]) -> None:
    timer = arm("a")
    timers.disarm(case=timer.case, now=clock.now(), kind="test")
    clockwork.one_pass()
    assert not timers.fire(timer.pk) and fired == []


def test_a_supplement_that_never_comes_ends_the_case_and_the_letter_says_so(waiting: Case) -> None:
    due = Supplement.objects.get(case=waiting).due_on
    assert Timer.objects.get(case=waiting, kind="lapse", done_at=None).due_at == end_of(due)
    clock.move_demo_clock(to=due, by=None)
    clockwork.one_pass()
    waiting.refresh_from_db()
    assert waiting.state == "SUPPLEMENT"
    clock.move_demo_clock(to=due + timedelta(days=1), by=None)
    clockwork.one_pass()
    clockwork.one_pass()
    waiting.refresh_from_db()
    assert waiting.state == "LAPSED" and waiting.closed_at is not None
    letters = Notice.objects.filter(case=waiting, code="N22", channel="page")
    assert "视为撤回" in letters.get().body and "可以重新申请" in letters.get().body
    assert "您已撤回" not in "".join(str(one.body) for one in Notice.objects.filter(case=waiting))
    assert not WorkItem.objects.filter(case=waiting, state__in=["open", "claimed"]).exists()


def test_an_extension_moves_the_timer(cast: Any, waiting: Case) -> None:
    before = Supplement.objects.get(case=waiting).due_on
    later = evidence.extend_supplement(case=waiting, by=cast["applicant1"]).due_on
    assert later > before
    assert Timer.objects.get(case=waiting, kind="lapse", done_at=None, cancelled_at=None).due_at == end_of(later)
    clock.move_demo_clock(to=before + timedelta(days=1), by=None)
    clockwork.one_pass()
    waiting.refresh_from_db()
    assert waiting.state == "SUPPLEMENT"
    clock.move_demo_clock(to=later + timedelta(days=1), by=None)
    clockwork.one_pass()
    waiting.refresh_from_db()
    assert waiting.state == "LAPSED"


def test_nothing_fires_after_a_withdrawal(cast: Any, waiting: Case) -> None:
    timer = Timer.objects.get(case=waiting, kind="lapse")
    dossier.withdraw(case=waiting, reason="家里已经借到钱，不申请了。", by=cast["applicant1"])
    clock.move_demo_clock(days=60, by=None)
    assert not timers.fire(timer.pk)
    clockwork.one_pass()
    timer.refresh_from_db()
    assert timer.done_at is None and timer.cancelled_at is not None
    letter = Notice.objects.get(case=waiting, code="N22", channel="page")
    assert letter.title == "撤回申请回执" and "视为撤回" not in letter.body


def test_a_date_beyond_the_published_calendar_is_provisional(new_case: Callable[..., Case]) -> None:
    case = new_case(1)
    assert not drive.open_item(case).due_provisional
    clock.move_demo_clock(days=400, by=None)
    drive.step(case, "accept")
    item = drive.open_item(case)
    assert item.due_on is not None and item.due_provisional
