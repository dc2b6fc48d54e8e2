"""A worker is killed in the middle of its work, or rung for again and again: no message is lost and none is sent twice."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.dossier.models import Case
from cases.notices.models import Notice
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import Way
from tests.faults.conftest import BROKERS, Place, kill_9, until
from workflows.engine import clockwork
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)


def told(cast: Any, published: Any) -> Case:
    """A case whose receipt and acceptance are on their way to two phones."""
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    drive.step(case, "accept")
    return case


def letters(cast: Any, case: Case) -> str:
    """What the office sees of the letters of the case."""
    browser = Client()
    browser.force_login(cast["xiji_intake"], backend="django.contrib.auth.backends.ModelBackend")
    return browser.get(reverse("case:tab", args=[case.number, "letters"])).content.decode()


def open_rows() -> int:
    return Outgoing.objects.filter(done_at=None).count()


def swept() -> bool:
    """One pass of the clock as the clock process makes it; whether all work is done."""
    clockwork._rung.clear()
    clockwork.one_pass()
    return not open_rows()


def all_once(case: Case, place: Place, deeds: int = 0) -> None:
    """Every message of the case, and every deed beside it, reached the network exactly once."""
    rows = Notice.objects.filter(case=case, channel="sms")
    assert {row.state for row in rows} == {"sent"}
    keys = [f"notice-{row.pk}" for row in rows] + [f"deed-{number}" for number in range(deeds)]
    assert dict(place.gateway.delivered) == dict.fromkeys(keys, 1)
    assert Outgoing.objects.filter(parked_at__isnull=False).count() == 0


def test_a_worker_killed_in_mid_run_loses_nothing_and_sends_nothing_twice(
    cast: Any, published: Any, place: Place
) -> None:
    place.gateway.open.clear()
    case = told(cast, published)
    assert open_rows() == Notice.objects.filter(case=case, channel="sms").count() >= 2
    first = place.worker()
    until(lambda: place.gateway.asked, f"the worker hands over a message: {place.folder / 'worker.log'}")
    kill_9(first)
    assert open_rows() == Notice.objects.filter(case=case, channel="sms", state="queued").count() >= 2
    assert "等待发送" in letters(cast, case)
    place.gateway.open.set()
    clock.move_demo_clock(to=clock.now() + outgoing.ORDINARY.lease + timedelta(seconds=15), by=None)
    place.worker()
    until(swept, "the second worker does what the first left")
    all_once(case, place)
    assert "等待发送" not in letters(cast, case)


@pytest.mark.parametrize("place", ["filesystem"], indirect=True)
def test_work_of_the_bulk_that_hangs_holds_up_nothing_urgent(place: Place) -> None:
    place.gateway.held = "bulk"
    place.gateway.open.clear()

    def send(key: str, urgency: str) -> None:
        outgoing.send(topic="test.deed", key=key, payload={}, now=clock.now(), way=Way(urgency))
        place.ring(Outgoing.objects.get(key=key))

    for number in range(5):
        send(f"bulk-{number}", "bulk")
    for urgency in ("bulk", "urgent"):
        place.worker(urgency)
    until(lambda: len(place.gateway.asked) == 2, f"all hands for the bulk hang: {place.folder / 'worker.log'}", 60)
    send("urgent", "urgent")
    until(lambda: open_rows() == 5, "the urgent is done")
    assert set(place.gateway.delivered) == {"urgent"}
    place.gateway.open.set()
    until(lambda: not open_rows(), "the bulk goes on")
    assert set(place.gateway.delivered.values()) == {1} and len(place.gateway.delivered) == 6


@pytest.mark.parametrize("place", BROKERS if "OUTAGE_SECONDS" in os.environ else ["filesystem"], indirect=True)
def test_a_message_that_rings_ten_times_is_sent_once(cast: Any, published: Any, place: Place) -> None:
    case = told(cast, published)
    for row in Outgoing.objects.filter(pk__in=outgoing.due()):
        for _each in range(10):
            place.ring(row)
    place.worker()
    until(lambda: not open_rows(), "the worker delivers")
    all_once(case, place)
    assert set(place.gateway.asked.values()) == {1}
