"""Periodic work runs once in each slot, however many clocks tick, and is made up for once after an outage."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from cases.calendar import clock
from cases.calendar.rules import local_day, start_of
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from workflows.engine import clockwork, periodic
from workflows.models import PeriodicRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """One piece of periodic work, at two in the morning; it answers how often it ran."""
    monkeypatch.setattr(periodic, "registered", {})
    done: list[int] = []

    @clockwork.every("test.night", title="夜间", at=2)
    def night() -> int:
        done.append(1)
        return len(done)

    yield done


def work() -> None:
    """What a worker does when it was rung for everything."""
    for pk in outgoing.due():
        outgoing.run(pk)


def test_a_slot_runs_once_and_keeps_what_it_found(ran: list[int]) -> None:
    assert clockwork.one_pass()["periodic"] == 1
    assert clockwork.one_pass()["periodic"] == 0
    work()
    run = PeriodicRun.objects.get()
    assert (run.name, run.found, ran) == ("test.night", 1, [1])
    assert run.started_at and run.ended_at and run.started_at <= run.ended_at


def test_each_day_has_its_run_and_days_without_a_clock_are_made_up_for_once(ran: list[int]) -> None:
    clockwork.one_pass()
    clock.move_demo_clock(days=5, by=None)
    assert clockwork.one_pass()["periodic"] == 1
    work()
    assert len(ran) == 2 == PeriodicRun.objects.count()


def test_a_daily_slot_is_an_hour_in_china_and_before_it_the_one_of_yesterday(ran: list[int]) -> None:
    one, day = periodic.registered["test.night"], start_of(local_day(clock.now()))
    assert one.slot(day + timedelta(hours=2)) == day + timedelta(hours=2) == one.slot(day + timedelta(hours=25))
    assert one.slot(day + timedelta(minutes=119)) == day - timedelta(hours=22)


def test_work_of_so_often_has_slots_that_every_clock_counts_alike(ran: list[int]) -> None:
    clockwork.every("test.often", title="常", each=timedelta(minutes=5))(lambda: 0)
    one, day = periodic.registered["test.often"], start_of(local_day(clock.now()))
    assert one.slot(day) == day == one.slot(day + timedelta(seconds=299))
    assert one.slot(day + timedelta(minutes=5)) == day + timedelta(minutes=5)


def test_two_runs_of_one_slot_do_the_work_once(ran: list[int]) -> None:
    clockwork.one_pass()
    payload = Outgoing.objects.get().payload
    periodic.run(payload, "a")
    periodic.run(payload, "b")
    assert ran == [1]


def test_a_run_that_fails_is_tried_three_times_then_parked_and_the_next_day_runs(
    ran: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = clockwork.every("test.night", title="夜间", at=2)
    broken(lambda: 1 // 0)
    clockwork.one_pass()
    row = Outgoing.objects.get()
    for _each in range(3):
        assert not outgoing.run(row.pk)
        Outgoing.objects.filter(pk=row.pk).update(available_at=clock.now())
    row.refresh_from_db()
    assert row.parked_at is not None and row.error == "ZeroDivisionError"
    assert PeriodicRun.objects.get().ended_at is None
    clock.move_demo_clock(days=1, by=None)
    assert clockwork.one_pass()["periodic"] == 1


def test_a_long_run_has_a_lease_of_its_own_length(ran: list[int]) -> None:
    clockwork.every("test.night", title="夜间", at=2, limit=timedelta(hours=2))(lambda: 0)
    clockwork.one_pass()
    assert outgoing.retry_of(Outgoing.objects.get()).lease > timedelta(hours=2)


def test_periodic_work_says_either_an_hour_or_how_often() -> None:
    for given in ({}, {"at": 2, "each": timedelta(hours=1)}):
        with pytest.raises(ValueError, match=r"test\.x"):
            clockwork.every("test.x", title="", **given)


@pytest.mark.django_db(transaction=True)
def test_clocks_that_tick_at_the_same_moment_ask_for_one_run(ran: list[int]) -> None:
    gate, asked = threading.Barrier(4), []

    def tick() -> None:
        gate.wait()
        asked.append(periodic.begin())
        connection.close()

    clocks = [threading.Thread(target=tick) for _number in range(4)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    assert sum(asked) == 1 == PeriodicRun.objects.count() == Outgoing.objects.count()


def test_sign_ins_whose_time_is_over_are_taken_away_each_night() -> None:
    assert "sessions" in periodic.registered
    for key, days in (("old", -1), ("new", 1)):
        ends = datetime.now(UTC) + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    assert periodic.registered["sessions"].does() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
