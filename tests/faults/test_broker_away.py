"""The broker goes away under a running worker and comes back empty: work is delayed, none is lost, none happens twice."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.calendar import clock
from cases.history.record import in_background
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import Way
from project.queues import CLASSES
from tests.faults.conftest import BROKERS, Gateway, Place, answers, until
from tests.faults.outages import Cable, Folder, OwnRedis
from tests.faults.test_workers import all_once, open_rows, told
from tests.two_step.register import on_the_second_road
from workflows.engine import clockwork
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)
OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "3"))
"""How long the broker is away: short here, a whole minute in `make outage`."""
IS_SHORT = OUTAGE_SECONDS < 20
"""Then the clock is moved instead of waiting for the ten seconds after which it rings again."""


@pytest.fixture(params=list(BROKERS))
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Each broker in turn, in the hands of the test; one that is not here is skipped with the reason."""
    if request.param == "redis" and shutil.which("redis-server") is None:
        pytest.skip("no redis-server on this machine")
    if request.param == "rabbitmq" and (why := answers(BROKERS["rabbitmq"])):
        pytest.skip(why)
    made = {
        "filesystem": lambda: Folder(tmp_path), "redis": lambda: OwnRedis(tmp_path),
        "rabbitmq": lambda: Cable(BROKERS["rabbitmq"]),
    }[request.param]()  # fmt: skip
    yield made
    made.clear()


@pytest.fixture
def place(outage: Any, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    made = Place(outage.url, tmp_path, gateway)
    made._options()
    monkeypatch.setattr(outgoing, "_bells", [made.ring])
    monkeypatch.setattr(clockwork, "_rung", {})
    yield made
    made.clear()


def deed(number: int) -> None:
    """Asked for while the doorbell is dead."""
    with in_background("test", f"deed-{number}"):
        asked = f"deed-{number}"
        outgoing.send(topic="test.deed", key=asked, payload={}, now=clock.now(), way=Way(CLASSES[number % 3]))
        outgoing.ring(Outgoing.objects.get(key=asked))


def test_while_the_broker_is_down_acts_go_on_and_afterwards_everything_is_delivered_once(
    cast: Any, published: Any, place: Place, outage: Any
) -> None:
    place.worker()
    outgoing.send(topic="periodic", key="first", payload={"run": 0, "name": "none"}, now=clock.now())
    place.ring(Outgoing.objects.get(key="first"))
    until(lambda: not open_rows(), f"the worker works: {place.folder / 'worker.log'}", 60)

    def second() -> bool:
        """One second of a running installation: its clock passes, its supervisor starts again what ended."""
        if place.started[-1].poll() is not None:
            place.worker()
        if IS_SHORT:
            clockwork._rung.clear()
        clockwork.one_pass()
        threading.Event().wait(1)
        return not open_rows()

    outage.down()
    began, made = time.monotonic(), 0
    case = told(cast, published)  # acts, each with a doorbell that fails
    while time.monotonic() < began + OUTAGE_SECONDS:
        deed(made)
        made += 1
        assert not second()
    if IS_SHORT:
        clock.move_demo_clock(to=clock.now() + clockwork.RING_AGAIN, by=None)
    assert open_rows() >= 2 + made
    outage.up()
    back = time.monotonic()
    until(second, f"the sweep rings and the worker delivers: {place.folder / 'worker.log'}", 120)
    delay = time.monotonic() - back
    all_once(case, place, made)
    lost = Outgoing.objects.filter(done_at=None).count()
    doubled = sum(times - 1 for times in place.gateway.asked.values())
    print(
        f"\n{outage.url.split(':')[0]}: away for {back - began:.0f} s, {len(place.gateway.asked)} pieces of work asked for meanwhile; "
        f"the last was done {delay:.1f} s after its return, {lost} lost, {doubled} doubled"
    )
    assert (lost, doubled) == (0, 0)


def test_work_that_does_not_end_is_stopped_after_its_time_and_tried_again(
    cast: Any, published: Any, funded: Any, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(BROKERS["filesystem"], tmp_path, gateway)
    monkeypatch.setattr(outgoing, "_bells", [place.ring])
    published("two_step")
    funded("two_step", "9000")
    gateway.open.clear()
    try:
        with on_the_second_road():
            drive.step(drive.apply(slug="two_step", number=5, by=cast["applicant1"]))
        place.worker()
        row = Outgoing.objects.filter(topic="test.register")
        until(lambda: row.get().error, f"the worker gives up: {tmp_path / 'worker.log'}", 60)
        assert row.get().error == "SoftTimeLimitExceeded" and row.get().attempts == 1 and row.get().lease_until is None
    finally:
        place.clear()
