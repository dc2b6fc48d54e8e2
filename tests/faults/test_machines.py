"""A partner's machine is killed with SIGKILL while it holds an order: the next gets it, the dead one's answer is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from cases.calendar import clock
from cases.dossier.models import Case
from cases.history.models import Event
from cases.outgoing.models import Outgoing
from project.settings import BASE_DIR
from tests.api.test_work import key_for
from tests.faults import machine
from tests.faults.conftest import Gateway, kill_9
from tests.two_step.register import on_the_road
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)
DEEDS = {"fetched": 1, "worked": 2}
"""Where the machine is killed, and how often the register outside is asked in all; it takes the entry once."""


@pytest.fixture
def case(cast: Any, published: Any, funded: Any) -> Iterator[Case]:
    """A case at the step that a partner's machine does."""
    published("two_step")
    funded("two_step", "9000")
    with on_the_road("pulled"):
        made = drive.apply(slug="two_step", number=5, by=cast["applicant1"])
        drive.step(made)
        yield made


@contextmanager
def running(site: str, key: str, gateway: Gateway, stop: str = "") -> Iterator[subprocess.Popen[str]]:
    """A machine with this key, ended at the latest with the test."""
    told = {"MACHINE_SITE": site, "MACHINE_KEY": key, "FAULT_GATEWAY": gateway.url}
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.machine", stop], cwd=BASE_DIR, env={**os.environ, **told}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with made:
        try:
            yield made
        finally:
            kill_9(made)


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next thing that the machine says."""
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def late(site: str, key: str, order: dict[str, Any]) -> tuple[int, str]:
    """The answer that the dead machine had on its way: how it is refused."""
    address, given = f"{site}/api/v1/work/{order['lease']}/complete/", {"result": {"entry": "4711"}}
    with pytest.raises(urllib.error.HTTPError) as refused:
        machine.ask(address, given, Authorization=f"Bearer {key}")
    with refused.value as answer:
        return answer.status, json.loads(answer.read())["code"]


def told(case: Case, outcome: str) -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), outcome=outcome).order_by("seq")
    return [(row.action, json.loads(row.payload)) for row in rows if row.action.startswith(("job.", "work."))]


@pytest.mark.parametrize("stop", DEEDS)
def test_a_machine_that_is_killed_while_it_holds_an_order_loses_it_to_the_next_and_the_effect_happens_once(
    stop: str, case: Case, cast: Any, gateway: Gateway, live_server: Any
) -> None:
    mine, next_one = key_for(cast, "bureau-1"), key_for(cast, "bureau-2")
    with running(live_server.url, mine, gateway, stop) as dead:
        first = said(dead)["order"]
        kill_9(dead)
    assert dead.returncode == -signal.SIGKILL
    fetch, auth = f"{live_server.url}/api/v1/work/fetch/", {"Authorization": f"Bearer {next_one}"}
    assert machine.ask(fetch, {"topic": machine.TOPIC, "seconds": 60}, **auth) == {"results": []}, "it is still held"
    clock.move_demo_clock(to=clock.now() + timedelta(seconds=machine.SECONDS + 1), by=None)
    assert late(live_server.url, mine, first) == (409, "lease_lost"), "the lease is over, though nobody else has it yet"
    with running(live_server.url, next_one, gateway) as living:
        told_last = said(living)
        assert living.wait(20) == 0
    second = told_last["order"]
    assert (second["key"], second["case"], second["attempt"]) == (first["key"], case.number, 2)
    assert second["lease"] != first["lease"] and told_last["answer"] == {"outcome": "done"}
    assert late(live_server.url, mine, first) == (409, "lease_lost")

    assert (gateway.delivered[first["key"]], gateway.asked[first["key"]]) == (1, DEEDS[stop])
    [done] = [payload for name, payload in told(case, "ok") if name == "job.done"]
    assert done["result"] == {"entry": "4712"}
    assert told(case, "denied") == [("work.complete", {"code": "lease_lost", "status": 409})] * 2
    steps = WorkItem.objects.filter(case=case, step="grant")
    assert [item.state for item in steps] == ["open"]
    row = Outgoing.objects.get(topic=machine.TOPIC)
    assert row.done_at is not None and row.parked_at is None and row.attempts == 2
