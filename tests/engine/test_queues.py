"""Queues of outgoing work: the urgent past a flood of the bulk, no partner asked too often, of one key one at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from cases.calendar import clock
from cases.history.record import action
from cases.outgoing import actions as outgoing
from cases.outgoing import leases
from cases.outgoing.models import Outgoing, Partner
from cases.outgoing.rules import Retry, Way
from project.management.commands.serve import children
from project.settings import BASE_DIR
from tests.faults.outages import free_port
from tests.publicity.test_races import at_once
from workflows import tasks
from workflows.engine import clockwork, periodic

pytestmark = pytest.mark.django_db
Handler = Callable[[dict[str, Any], str], None]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    """Gives the topic `test` a handler, and nobody is rung."""
    monkeypatch.setattr(outgoing, "_bells", [])
    monkeypatch.setattr(clockwork, "_rung", {})
    return lambda handler: monkeypatch.setitem(outgoing._handlers, "test", handler)


def rows(count: int, *, ago: timedelta = timedelta(0), **more: Any) -> list[Outgoing]:
    """Waiting rows; `more` are their columns."""
    at, name = clock.now() - ago, more.pop("name", "row")
    made = [Outgoing(topic="test", key=f"{name}{n}", created_at=at, available_at=at, **more) for n in range(count)]
    return Outgoing.objects.bulk_create(made)


def test_an_urgent_row_behind_a_thousand_of_the_bulk_is_among_the_first(handle: Any) -> None:
    done: list[str] = []
    handle(lambda _payload, key: done.append(key))
    rows(1000, ago=timedelta(hours=1), queue="bulk", name="letter")
    rows(1, queue="urgent", name="payment")
    for pk in outgoing.due()[:3]:
        outgoing.run(pk)
    assert done[0] == "payment0" and len(done) == 3


def test_each_class_has_a_queue_with_workers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(tasks.run_outgoing, "apply_async", lambda *, queue, **_more: rung.append(queue))
    for row in [rows(1, queue=name, name=name)[0] for name in ("urgent", "normal", "bulk")]:
        tasks.ring(row)
    assert rung == ["relief-urgent", "relief", "relief-bulk"]
    commands = [child.command for child in children() if "celery" in child.command]
    assert [command[command.index("-Q") + 1] for command in commands] == rung


def test_no_minute_holds_more_tries_of_a_partner_than_it_lets(handle: Any) -> None:
    begun: list[datetime] = []
    handle(lambda _payload, _key: begun.append(clock.now()))
    Partner.objects.create(name="bank", per_minute=4)
    rows(11, partner="bank")
    for _step in range(13):
        waiting = outgoing.due()
        assert len(waiting) <= 4
        for pk in [*waiting, *Outgoing.objects.filter(done_at=None).values_list("pk", flat=True)]:
            outgoing.run(pk)  # also those that nobody should have been rung for
        clock.move_demo_clock(to=clock.now() + timedelta(seconds=13), by=None)
    assert len(begun) == 11
    assert max(sum(first <= one < first + MINUTE for one in begun) for first in begun) == 4


def test_a_partner_at_its_limit_holds_up_nobody_else_and_its_rows_spend_no_try(handle: Any) -> None:
    done: list[str] = []
    handle(lambda _payload, key: done.append(key))
    Partner.objects.create(name="bank", per_minute=1)
    limited = rows(3, ago=MINUTE, partner="bank", name="limited")
    free = rows(2, name="free") + rows(1, partner="other", name="other")
    assert outgoing.due() == [limited[0].pk, *(row.pk for row in free)]
    for row in [*limited, *free]:
        outgoing.run(row.pk)
    assert done == ["limited0", "free0", "free1", "other0"]
    assert set(Outgoing.objects.filter(done_at=None).values_list("attempts", "error")) == {(0, "")}


def test_within_the_limit_of_a_partner_the_urgent_go_before_the_bulk_that_came_earlier(handle: Any) -> None:
    Partner.objects.create(name="bank", per_minute=2)
    bulk = rows(5, ago=MINUTE, partner="bank", queue="bulk", name="letter")
    urgent = rows(1, partner="bank", queue="urgent", name="payment")
    assert outgoing.due() == [urgent[0].pk, bulk[0].pk]


@action("test.flood", about="none")
def flood(*, by: Any, now: Any = None) -> None:
    """An act that asks a partner three times."""
    for number in range(3):
        outgoing.send(topic="test", key=f"n{number}", payload={}, now=now, way=Way(partner="bank", queue="bulk"))


@pytest.mark.django_db(transaction=True)
def test_nobody_is_rung_for_what_the_partner_does_not_let_us_ask_now(
    cast: Any, handle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(outgoing, "_bells", [lambda row: rung.append(row.key) or outgoing.run(row.pk)])
    monkeypatch.setattr(periodic, "registered", {})
    handle(lambda _payload, _key: None)
    Partner.objects.create(name="bank", per_minute=2)
    flood(by=cast["prov_head"])
    assert rung == ["n0", "n1"]
    assert clockwork.one_pass()["rung"] == 0
    clock.move_demo_clock(to=clock.now() + MINUTE, by=None)
    assert clockwork.one_pass()["rung"] == 1 and rung[2:] == ["n2"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("more", [{"alone": "case-7"}, {"partner": "bank"}])
def test_of_one_key_and_at_the_limit_one_of_two_threads_begins(handle: Any, more: dict[str, str]) -> None:
    inside, most = 0, 0

    def slow(_payload: dict[str, Any], _key: str) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        Event().wait(0.15)
        inside -= 1

    handle(slow)
    for turn in range(4):
        Partner.objects.update_or_create(name="bank", defaults={"per_minute": 1, "begun": []})
        one, two = rows(2, name=f"turn{turn}-", **more)
        assert sorted(at_once(lambda pk=one.pk: outgoing.run(pk), lambda pk=two.pk: outgoing.run(pk))) == [False, True]
    assert most == 1


def test_a_last_try_that_nobody_answers_is_parked_however_many_others_wait_for_a_machine_that_is_away(
    handle: Any,
) -> None:
    over = {"queue": "pulled", "lease_until": clock.now() - MINUTE}
    rows(250, ago=MINUTE, attempts=1, name="again", **over)
    rows(1, ago=MINUTE, attempts=Retry().attempts, name="last", **over)
    assert outgoing.park_unanswered() == 1
    assert [row.key for row in Outgoing.objects.filter(parked_at__isnull=False)] == ["last0"]


@pytest.mark.django_db(transaction=True)
def test_of_one_key_nobody_begins_while_another_is_about_to(handle: Any) -> None:
    """What the other has leased is not committed yet: nothing of it can be read."""
    handle(lambda _payload, _key: None)
    one, two = rows(2, alone="case-7")
    leased, go_on = Event(), Event()

    def first() -> None:
        with transaction.atomic():
            leases.lease(one.pk, Retry())
            leased.set()
            go_on.wait(20)
        connections.close_all()

    thread = Thread(target=first)
    thread.start()
    try:
        assert leased.wait(20) and not outgoing.run(two.pk)
    finally:
        go_on.set()
        thread.join(20)
    assert not outgoing.run(two.pk) and not Outgoing.objects.get(pk=two.pk).attempts


@pytest.mark.django_db(transaction=True)
def test_what_waited_for_the_end_of_another_is_rung_for_at_its_end(
    handle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(outgoing, "_bells", [lambda row: rung.append(row.pk)])
    begun, go_on = Event(), Event()
    handle(lambda _payload, _key: (begun.set(), go_on.wait(20)))
    one, two = rows(2, alone="case-7")
    other = rows(1, alone="case-8", name="other")[0]

    def first() -> None:
        outgoing.run(one.pk)
        connections.close_all()

    thread = Thread(target=first)
    thread.start()
    try:
        assert begun.wait(20) and outgoing.due() == [other.pk] and not outgoing.run(two.pk)
    finally:
        go_on.set()
        thread.join(20)
    assert rung == [two.pk] and outgoing.run(two.pk)


@pytest.mark.parametrize("broker", ["redis", "amqp"])
def test_who_rings_at_a_broker_that_is_away_does_not_wait_for_it(broker: str) -> None:
    url = f"{broker}://127.0.0.1:{free_port()}/"
    ask = (
        "import time, django; django.setup(); from cases.outgoing import actions; from cases.outgoing.models import Outgoing; "
        "row = Outgoing(pk=1, topic='x'); began = time.monotonic(); heard = [actions.ring(row) for _ in range(3)]; "
        "raise SystemExit(not (heard == [False] * 3 and time.monotonic() - began < 3))"
    )
    place = {**os.environ, "BROKER_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings"}
    done = subprocess.run([sys.executable, "-c", ask], cwd=BASE_DIR, env=place, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_a_pass_of_the_clock_asks_a_dead_broker_once_and_does_the_rest(
    handle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def dead(row: Outgoing) -> None:
        asked.append(row.pk)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing, "_bells", [dead])
    rows(5, ago=MINUTE)
    assert clockwork.one_pass()["rung"] == 0 and len(asked) == 1
    monkeypatch.setattr(outgoing, "_bells", [lambda row: asked.append(row.pk)])
    assert clockwork.one_pass()["rung"] >= 5


def test_no_queue_but_the_four_can_be_stored() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows(1, queue="express")
