"""Outgoing work: stored with what asked for it, leased, tried again with longer waits, parked, and done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.calendar import clock
from cases.history.record import action
from cases.outgoing import actions as outgoing
from cases.outgoing import leases
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import Fault, Retry, fault_of
from workflows.engine import clockwork

pytestmark = pytest.mark.django_db


class Handler:
    """A handler that fails as long as it is told to, and counts."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, Any], str]] = []
        self.fault: Exception | None = None

    def __call__(self, payload: dict[str, Any], key: str) -> None:
        self.calls.append((payload, key))
        if self.fault:
            raise self.fault


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Handler:
    made = Handler()
    monkeypatch.setitem(outgoing._handlers, "test", made)
    monkeypatch.setattr(clockwork, "_rung", {})
    return made


@pytest.fixture
def row(handler: Handler) -> Outgoing:
    outgoing.send(topic="test", key="k1", payload={"id": 7}, now=clock.now())
    return Outgoing.objects.get(key="k1")


def test_the_same_key_is_stored_once_and_keeps_its_first_work(row: Outgoing) -> None:
    outgoing.send(topic="test", key="k1", payload={"id": 8}, now=clock.now())
    assert Outgoing.objects.get(key="k1").payload == {"id": 7}


def test_work_is_done_once_and_a_second_delivery_does_nothing(row: Outgoing, handler: Handler) -> None:
    assert outgoing.run(row.pk)
    assert not outgoing.run(row.pk)
    assert handler.calls == [({"id": 7}, "k1")]
    row.refresh_from_db()
    assert row.done_at is not None and row.lease_until is None


def test_a_leased_row_belongs_to_one_worker_until_the_lease_is_over(row: Outgoing, handler: Handler) -> None:
    assert leases.lease(row.pk, outgoing.ORDINARY) is not None
    assert not outgoing.run(row.pk) and outgoing.due() == []
    Outgoing.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert outgoing.due() == [row.pk]
    assert outgoing.run(row.pk)
    assert len(handler.calls) == 1


def test_work_for_later_waits(handler: Handler) -> None:
    later = clock.now() + timedelta(hours=1)
    outgoing.send(topic="test", key="k2", payload={}, now=clock.now(), available_at=later)
    pk = Outgoing.objects.get(key="k2").pk
    assert outgoing.due() == [] and not outgoing.run(pk)
    clock.move_demo_clock(days=1, by=None)
    assert outgoing.run(pk)


def test_a_failing_row_waits_longer_each_time_and_is_parked_after_the_last_try(row: Outgoing, handler: Handler) -> None:
    handler.fault = ValueError("马演示 649900190001010011")
    waits = []
    for _each in range(outgoing.ORDINARY.attempts):
        before = clock.now()
        assert not outgoing.run(row.pk)
        row.refresh_from_db()
        waits.append((row.available_at - before).total_seconds())
        Outgoing.objects.filter(pk=row.pk).update(available_at=before)
    assert waits[:6] == sorted(waits[:6]) and waits[0] >= 30 and waits[-1] <= 3601
    assert row.parked_at is not None and row.attempts == outgoing.ORDINARY.attempts
    assert outgoing.due() == [] and not outgoing.run(row.pk)
    assert len(handler.calls) == outgoing.ORDINARY.attempts


def test_a_row_that_kills_its_worker_each_time_is_parked_after_the_last_try(row: Outgoing, handler: Handler) -> None:
    for _each in range(outgoing.ORDINARY.attempts):
        assert leases.lease(row.pk, outgoing.ORDINARY) is not None  # and the worker that took it is gone
        Outgoing.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert outgoing.due() == [row.pk]
    assert not outgoing.run(row.pk)
    row.refresh_from_db()
    assert (row.error, row.lease_until, outgoing.due()) == ("WorkerLost", None, [])
    assert row.parked_at is not None
    assert handler.calls == []


def test_the_error_of_a_row_keeps_the_kind_of_the_fault_and_none_of_its_data(row: Outgoing, handler: Handler) -> None:
    handler.fault = ValueError("马演示 649900190001010011")
    outgoing.run(row.pk)
    row.refresh_from_db()
    assert row.error == "ValueError" and "马演示" not in str(vars(row))


def test_one_failing_row_does_not_hold_up_the_next(row: Outgoing, handler: Handler) -> None:
    handler.fault = ValueError()
    outgoing.run(row.pk)
    handler.fault = None
    outgoing.send(topic="test", key="k2", payload={}, now=clock.now())
    assert [outgoing.run(pk) for pk in outgoing.due()] == [True]


def test_a_flood_of_one_topic_keeps_no_other_waiting(handler: Handler) -> None:
    now = clock.now()
    Outgoing.objects.bulk_create(
        Outgoing(topic="flood", key=f"f{each}", created_at=now, available_at=now - timedelta(hours=1))
        for each in range(300)
    )
    outgoing.send(topic="test", key="k", payload={}, now=now)
    due = outgoing.due(10)
    assert Outgoing.objects.get(key="k").pk in due[:2] and len(due) == 10


def test_a_topic_that_nobody_handles_is_kept_and_tried_again(handler: Handler) -> None:
    outgoing.send(topic="nobody", key="k3", payload={}, now=clock.now())
    kept = Outgoing.objects.get(key="k3")
    assert not outgoing.run(kept.pk)
    kept.refresh_from_db()
    assert (kept.error, kept.done_at) == ("KeyError", None)


@action("test.ask", about="none")
def ask(*, by: Any, fails: bool = False, now: Any = None) -> None:
    """An act that asks for outgoing work."""
    outgoing.send(topic="test", key="asked", payload={}, now=now)
    if fails:
        raise ZeroDivisionError


def dead(_row: Outgoing) -> None:
    raise ConnectionRefusedError


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_does_not_fail_the_act_and_the_sweep_rings_later(
    cast: Any, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "_bells", [dead])
    ask(by=cast["prov_head"])
    kept = Outgoing.objects.get(key="asked")
    assert kept.done_at is None
    rung: list[int] = []
    bells: list[Callable[[Outgoing], None]] = [lambda row: rung.append(row.pk)]
    monkeypatch.setattr(outgoing, "_bells", bells)
    Outgoing.objects.filter(pk=kept.pk).update(available_at=clock.now() - timedelta(seconds=11))
    assert clockwork.one_pass()["rung"] == 1 and rung == [kept.pk]


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_act_and_never_for_an_act_that_failed(
    cast: Any, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(outgoing, "_bells", [lambda _pk: rung.append(connection.in_atomic_block)])
    with pytest.raises(ZeroDivisionError):
        ask(by=cast["prov_head"], fails=True)
    assert rung == [] and not Outgoing.objects.exists()
    ask(by=cast["prov_head"])
    assert rung == [False]


def test_waits_grow_within_a_row_and_are_spread_over_rows_that_failed_together() -> None:
    retry = Retry(attempts=5, first=timedelta(seconds=10), longest=timedelta(minutes=1))
    mine = [retry.wait(attempt, "a") for attempt in range(1, 5)]
    assert mine == sorted(mine) and mine == [retry.wait(attempt, "a") for attempt in range(1, 5)]
    others = {retry.wait(1, str(number)) for number in range(100)}
    assert len(others) > 90 and min(others) >= timedelta(seconds=8) and max(others) <= timedelta(seconds=10)


def test_work_that_grew_too_old_is_parked_before_its_last_try(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(outgoing._retries, "test", lambda _payload: Retry(attempts=100, max_age=timedelta(days=2)))
    handler.fault = ValueError()
    old = clock.now() - timedelta(days=3)
    row = Outgoing.objects.create(topic="test", key="old", created_at=old, available_at=old)
    outgoing.run(row.pk)
    row.refresh_from_db()
    assert row.parked_at is not None and row.attempts == 1


def test_a_lease_is_longer_than_any_try_and_grows_with_its_limit() -> None:
    for seconds in (5, 60, 1800):
        retry = Retry(timeout=timedelta(seconds=seconds))
        assert retry.timeout < retry.hard < retry.lease


def test_a_worker_whose_lease_is_over_does_not_disturb_the_next_one(row: Outgoing, handler: Handler) -> None:
    first = leases.lease(row.pk, outgoing.ORDINARY)
    assert first is not None
    Outgoing.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert leases.lease(row.pk, outgoing.ORDINARY) is not None
    outgoing.failed(first, Fault("ValueError", ""))
    row.refresh_from_db()
    assert (row.error, row.attempts) == ("", 2) and row.lease_until is not None and row.lease_until > clock.now()


def test_parked_work_begins_anew_with_the_same_key(row: Outgoing, handler: Handler) -> None:
    Outgoing.objects.filter(pk=row.pk).update(parked_at=clock.now(), attempts=8, error="ValueError")
    assert not outgoing.run(row.pk)
    assert outgoing.again(Outgoing.objects.filter(pk=row.pk), now=clock.now()) == 1
    assert outgoing.run(row.pk) and handler.calls == [({"id": 7}, "k1")]


def test_what_is_kept_of_a_fault_is_its_class_its_line_and_the_name_of_a_broken_constraint() -> None:
    now = clock.now()
    try:
        with transaction.atomic():
            Outgoing.objects.create(topic="test", key="马演示", created_at=now, available_at=now)
            Outgoing.objects.create(topic="test", key="马演示", created_at=now, available_at=now)
    except IntegrityError as error:
        kept = fault_of(error)
    assert kept.kind == "IntegrityError" and "cases_outgoing_key" in kept.place and "马演示" not in str(kept)
