"""A process is killed with SIGKILL at each point between asking for a job and marking it done: its effect happens once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.calendar import clock
from cases.dossier.models import Case
from cases.history.models import Event
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.faults import points
from tests.faults.conftest import BROKERS, Gateway, Place, killed
from tests.two_step.register import on_the_second_road
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)

ASKING = {"asked, before the commit": "check", "committed, before the ring": "enter"}
WORKING = {
    "leased, before the work": ("enter", 0),
    "in the middle of the work": ("enter", 1),
    "worked, before the result": ("enter", 1),
    "result written, before its commit": ("enter", 1),
    "result committed, before the mark": ("grant", 1),
}
"""After the kill: the step that the case stands at, and how often the register outside took the entry."""


@pytest.fixture
def case(cast: Any, published: Any, funded: Any, monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> Iterator[Case]:
    """A case at the step before the machine's; the register is reached by the network."""
    monkeypatch.setenv("FAULT_GATEWAY", gateway.url)
    published("two_step")
    funded("two_step", "9000")
    with on_the_second_road():
        yield drive.apply(slug="two_step", number=5, by=cast["applicant1"])


def step_of(case: Case) -> str:
    return WorkItem.objects.get(case=case, state__in=["open", "claimed"]).step


def done_once(case: Case, gateway: Gateway) -> None:
    """After the last worker: the case went on once, one entry is in the register, and nothing is left to do."""
    clock.move_demo_clock(to=clock.now() + outgoing.ORDINARY.lease, by=None)
    for waiting in Outgoing.objects.filter(pk__in=outgoing.due(), topic="test.register"):
        outgoing.run(waiting.pk)
    row = Outgoing.objects.get(topic="test.register")
    assert row.done_at is not None and dict(gateway.delivered)[row.key] == 1
    assert step_of(case) == "grant" and WorkItem.objects.filter(case=case, step="grant").count() == 1
    told = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action="job.done")
    assert told.count() == 1 and not Outgoing.objects.filter(topic="test.register", done_at=None).exists()


@pytest.mark.parametrize("point", ASKING)
def test_killed_while_asking_it_is_asked_whole_or_not_at_all(
    point: str, case: Case, gateway: Gateway, tmp_path: Path
) -> None:
    killed(points.main, point, place=Place(BROKERS["filesystem"], tmp_path, gateway))
    assert step_of(case) == ASKING[point]
    assert Outgoing.objects.filter(topic="test.register").count() == (ASKING[point] == "enter")
    if ASKING[point] == "check":
        drive.step(case)
    done_once(case, gateway)


@pytest.mark.parametrize("point", WORKING)
def test_killed_while_working_the_effect_happens_once(point: str, case: Case, gateway: Gateway, tmp_path: Path) -> None:
    drive.step(case)
    killed(points.main, point, place=Place(BROKERS["filesystem"], tmp_path, gateway))
    assert (step_of(case), len([key for key in gateway.delivered if key.startswith("job-")])) == WORKING[point]
    done_once(case, gateway)
