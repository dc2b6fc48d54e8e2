"""Finished rows go after their time; what is young, unfinished, or needed by somebody stays, and by no other way goes any."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from structlog.testing import capture_logs

from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.errors import Invalid
from cases.history.check import verify
from cases.history.models import Event
from cases.outgoing.models import Outgoing
from tests.engine.test_jobs import case, order, register  # noqa: F401  (fixtures)
from tests.engine.test_messages import tell
from workflows.engine import clearing, incidents, periodic
from workflows.models import Answered, Incident, Message, PeriodicRun

pytestmark = pytest.mark.django_db
OLD, UNUSED = (timedelta(days=days + 1) for days in (settings.KEEP_DAYS, settings.UNUSED_DAYS))


def made(key: str, *, ago: timedelta = OLD, is_done: bool = True, **more: Any) -> Outgoing:
    at = clock.now() - ago
    more = {"payload": {}, "done_at": at if is_done else None} | more
    return Outgoing.objects.create(topic="test", key=key, created_at=at, available_at=at, **more)


def left() -> set[str]:
    return set(Outgoing.objects.filter(topic="test").values_list("key", flat=True))


def test_what_is_old_and_finished_goes_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "BATCH", 2)
    for number in range(5):
        made(f"old-{number}")
    made("withdrawn", withdrawn_at=clock.now() - OLD)
    made("young", ago=OLD - timedelta(days=2))
    made("waiting", is_done=False)
    made("parked", is_done=False, parked_at=clock.now() - OLD)
    made("named", is_done=False, parked_at=clock.now() - OLD)
    incidents.sweep()
    Outgoing.objects.filter(key="named").update(done_at=clock.now() - OLD, parked_at=None)
    assert clearing.clear() == 6 and clearing.clear() == 0
    assert left() == {"young", "waiting", "parked", "named"}
    assert Incident.objects.filter(outgoing__key__in=["parked", "named"]).count() == 2


def test_what_a_step_that_is_still_open_asked_for_stays(case: Any) -> None:  # noqa: F811
    item = order().payload["item"]
    made("of-an-open-step", payload={"item": item})
    made("of-a-step-that-is-over", payload={"item": 999_999_999})
    clearing.clear()
    assert left() == {"of-an-open-step"} and order().done_at is None


def test_old_answers_and_runs_go_but_the_last_run_of_each_work(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "registered", {})
    now = clock.now()
    for days, ended in ((3, True), (2, True), (1, False), (0, True)):
        slot = now - OLD - timedelta(days=days)
        PeriodicRun.objects.create(name="test.night", slot=slot, started_at=slot, ended_at=slot if ended else None)
    for key, at in (("old", now - OLD), ("young", now)):
        Answered.objects.create(by=cast["xiji_intake"], key=key, digest="0" * 64, answer={}, at=at)
    assert clearing.clear() == 3
    runs = PeriodicRun.objects.filter(name="test.night").order_by("slot")
    assert [run.ended_at is None for run in runs] == [True, False]
    assert list(Answered.objects.values_list("key", flat=True)) == ["young"]


def said(case: Any, key: str, *, ago: timedelta, used: timedelta | None = None) -> Message:  # noqa: F811
    now = clock.now()
    used_at = None if used is None else now - used
    return Message.objects.create(case=case, name="receipt", key=key, received_at=now - ago, delivered_at=used_at)


def test_a_message_goes_its_time_after_it_was_used_and_unused_ones_after_theirs_and_both_are_counted(
    case: Any,  # noqa: F811
    cast: Any,
) -> None:
    aged = {"ago": UNUSED + timedelta(days=9)}
    for key in ("used-1", "used-2"):
        said(case, key, used=OLD, **aged)
    said(case, "used-late", used=OLD - timedelta(days=2), **aged)
    for key in ("unused", "held-1", "named"):
        said(case, key, **aged)
    said(case, "waits", ago=UNUSED - timedelta(days=2))
    made("names-one", is_done=False, payload={"message": Message.objects.get(key="named").pk})
    Outgoing.objects.filter(key="names-one").update(topic="message")
    with capture_logs() as lines:
        assert clearing.clear() == 3 and clearing.clear() == 0
    assert [line["count"] for line in lines if "no case waited" in line["event"]] == [1]
    assert set(Message.objects.values_list("key", flat=True)) == {"used-late", "held-1", "named", "waits"}
    rows = Event.objects.filter(stream__key=str(case.pk), action="row.delete", object_type="workflows_message")
    assert rows.count() == 3 and set(rows.values_list("actor_kind", flat=True)) == {"system"}
    assert verify(connection, case=case.pk).is_clean
    dossier.withdraw(case=case, reason="家里已经借到钱，不申请了。", by=cast["applicant1"])
    assert clearing.clear() == 1 and not Message.objects.filter(key="held-1").exists()


def test_an_id_is_refused_again_for_as_long_as_its_message_is_kept(case: Any, cast: Any) -> None:  # noqa: F811
    first = tell(case, cast)
    Message.objects.filter(pk=first.pk).update(delivered_at=first.received_at)
    clock.move_demo_clock(days=settings.KEEP_DAYS - 1, by=None)
    clearing.clear()
    assert tell(case, cast).pk == first.pk
    with pytest.raises(Invalid):
        tell(case, cast, details={"receipt_no": "R-8"})
    clock.move_demo_clock(days=2, by=None)
    clearing.clear()
    assert tell(case, cast, details={"receipt_no": "R-8"}).pk != first.pk


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_outgoing",
        "DELETE FROM workflows_answered",
        "DELETE FROM workflows_periodicrun",
        "DELETE FROM workflows_message",
        "SELECT relief_clear(29, 29, 100)",
        "SELECT relief_clear(NULL, 100, 100)",
        "SELECT relief_clear(400, NULL, 100)",
        "SELECT relief_clear(400, 399, 100)",
        "SELECT relief_clear(400, 400, 1000000)",
    ],
)
def test_the_application_role_deletes_none_by_itself_and_none_that_is_young(statement: str) -> None:
    made("old")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert left() == {"old"}
