"""The broker goes away under a running worker and comes back empty: work is delayed, none is lost, none happens twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.calendar import clock
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.faults.conftest import BROKERS, Gateway, Place, answers, until
from tests.faults.outages import Cable, Folder, OwnRedis
from tests.faults.test_workers import all_once, open_rows, swept, told
from tests.two_step.register import on_the_second_road
from workflows.engine import clockwork
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_while_the_broker_is_down_acts_go_on_and_afterwards_everything_is_delivered_once(
    cast: Any, published: Any, place: Place, outage: Any
) -> None:
    place.worker()
    outgoing.send(topic="periodic", key="first", payload={"run": 0, "name": "none"}, now=clock.now())
    place.ring(Outgoing.objects.get(key="first"))
    until(lambda: not open_rows(), f"the worker works: {place.folder / 'worker.log'}", 60)
    outage.down()
    case = told(cast, published)  # two acts, each with a doorbell that fails
    assert open_rows() >= 2
    clock.move_demo_clock(to=clock.now() + timedelta(seconds=15), by=None)
    assert clockwork.one_pass()["rung"] >= 2 and open_rows() >= 2
    outage.up()
    clock.move_demo_clock(to=clock.now() + timedelta(seconds=15), by=None)

    def delivered() -> bool:
        if place.started[-1].poll() is not None:
            place.worker()  # as the supervisor does
        return bool(swept())

    until(delivered, f"the sweep rings and the worker delivers: {place.folder / 'worker.log'}", 90)
    all_once(case, place)


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
