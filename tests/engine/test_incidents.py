"""What the machine gave up becomes an incident: found by looking, once, grouped by name and error, without people's data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from cases.calendar import clock
from cases.dossier.models import Case
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.desk.standing import new_case, road, standing
from tests.kit.armed import armed
from workflows.engine import incidents, timers
from workflows.models import Incident, Timer

__all__ = ["new_case", "road", "standing"]
pytestmark = pytest.mark.django_db
ACCOUNT = "6217000012345678901"


@pytest.fixture
def give_up(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Outgoing]:
    """Outgoing work that failed until it was parked, with an account number among the variables of the failing code."""

    def fails(_payload: dict[str, object], _key: str) -> None:
        account = ACCOUNT
        raise ValueError(f"cannot pay to {account}")

    monkeypatch.setitem(outgoing._handlers, "pay", fails)

    def make(key: str) -> Outgoing:
        outgoing.send(topic="pay", key=key, payload={"id": 1}, now=clock.now())
        row = Outgoing.objects.get(key=key)
        for _each in range(outgoing.ORDINARY.attempts):
            outgoing.run(row.pk)
            Outgoing.objects.filter(pk=row.pk).update(available_at=clock.now())
        row.refresh_from_db()
        assert row.parked_at is not None
        return row

    return make


def test_what_was_parked_is_reported_once(give_up: Callable[[str], Outgoing]) -> None:
    row = give_up("a")
    assert incidents.sweep() == 1 and incidents.sweep() == 0
    made = Incident.objects.get()
    assert (made.kind, made.name, made.error, made.count, made.state) == ("outgoing", "pay", "ValueError", 8, "open")
    assert made.outgoing == row and made.first_seen <= made.last_seen


def test_no_value_of_the_failing_code_is_in_the_database(give_up: Callable[[str], Outgoing]) -> None:
    give_up("a")
    incidents.sweep()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{ACCOUNT}%"])
            assert cursor.fetchone() == (0,), table


def test_a_timer_that_gave_up_is_an_incident_of_its_case(new_case: Callable[..., Case]) -> None:
    case = new_case(1)
    timer = armed(case=case, kind="nobody-handles-it", key="", due_at=clock.now())
    for _each in range(timers.RETRY.attempts):
        timers.fire(timer.pk)
        Timer.objects.filter(pk=timer.pk).update(due_at=clock.now())
    incidents.sweep()
    made = Incident.objects.get()
    assert (made.kind, made.name, made.error, made.case, made.count) == ("timer", timer.kind, "KeyError", case, 10)


def test_an_incident_is_gone_when_its_timer_is_cancelled_or_moved(new_case: Callable[..., Case]) -> None:
    case = new_case(1)
    for key in "ab":
        armed(case=case, kind="t", key=key, due_at=clock.now())
    Timer.objects.filter(kind="t").update(parked_at=clock.now())
    incidents.sweep()
    timers.disarm(case=case, now=clock.now(), kind="t", key="a")
    armed(case=case, kind="t", key="b", due_at=clock.now() + timedelta(days=1))
    incidents.sweep()
    assert list(Incident.objects.values_list("state", "settled_by")) == [("gone", None)] * 2


def test_work_that_is_parked_again_is_a_new_incident(give_up: Callable[[str], Outgoing]) -> None:
    row = give_up("a")
    incidents.sweep()
    Outgoing.objects.filter(pk=row.pk).update(parked_at=None)
    incidents.sweep()
    Outgoing.objects.filter(pk=row.pk).update(parked_at=clock.now())
    incidents.sweep()
    assert list(Incident.objects.order_by("pk").values_list("state", flat=True)) == ["gone", "open"]
