"""Incidents (故障): found by looking at what is parked, so that no path of giving up can forget to report; settled by persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.calendar import clock
from cases.history.record import record
from cases.outgoing.models import Outgoing
from workflows.models import Incident, Timer

AT_ONCE = 500
CHAIN = ("config", "incidents")
Named = Callable[[dict[str, Any]], tuple[str, str, int | None]]
_named: dict[str, Named] = {}


def names(topic: str, named: Named) -> None:
    """Say of the payloads of a topic what kind of incident they make, under which name, and of which case."""
    _named[topic] = named


def sweep() -> int:
    """Open an incident for everything that was parked and has none, and close those that nobody needs any more."""
    return _open_outgoing() + _open_timers() + _close_gone()


def _open_outgoing() -> int:
    parked = _unreported(Outgoing.objects.filter(parked_at__isnull=False, done_at=None), "outgoing")
    return _store([_of_outgoing(row) for row in parked])


def _of_outgoing(row: Outgoing) -> Incident:
    kind, name, case = _named.get(row.topic, _plain)(row.payload)
    return Incident(
        kind=kind, name=name or row.topic, case_id=case, outgoing=row, error=row.error, place=row.place, count=row.attempts,
        first_seen=row.created_at, last_seen=row.parked_at or row.available_at,
    )  # fmt: skip


def _plain(_payload: dict[str, Any]) -> tuple[str, str, int | None]:
    return "outgoing", "", None


def _open_timers() -> int:
    parked = _unreported(Timer.objects.filter(parked_at__isnull=False, done_at=None, cancelled_at=None), "timer")
    rows = [
        Incident(
            kind="timer", name=timer.kind, case_id=timer.case_id, timer=timer, error=timer.error, place=timer.place,
            count=timer.attempts, first_seen=timer.parked_at, last_seen=timer.parked_at,
        )
        for timer in parked
    ]  # fmt: skip
    return _store(rows)


def _unreported(rows: QuerySet[Any], of: str) -> QuerySet[Any]:
    known = Incident.objects.filter(**{of: OuterRef("pk")}, state__in=["open", "skipped"])
    return rows.filter(~Exists(known)).order_by("pk")[:AT_ONCE]


def _store(rows: list[Incident]) -> int:
    if rows:
        with transaction.atomic():
            Incident.objects.bulk_create(rows, ignore_conflicts=True)
            record(
                "incident.opened",
                about=CHAIN,
                payload={"names": sorted({row.name for row in rows}), "count": len(rows)},
            )
    return len(rows)


def _close_gone() -> int:
    """What was done after all, was cancelled, or was begun anew beside us needs nobody any more."""
    gone = Q(outgoing__done_at__isnull=False) | Q(outgoing__isnull=False, outgoing__parked_at=None)
    gone |= Q(timer__done_at__isnull=False) | Q(timer__cancelled_at__isnull=False)
    gone |= Q(timer__isnull=False, timer__parked_at=None)
    pks = list(Incident.objects.filter(gone, state="open").values_list("pk", flat=True)[:AT_ONCE])
    if not pks:
        return 0
    with transaction.atomic():
        closed = Incident.objects.filter(pk__in=pks, state="open").update(state="gone", settled_at=clock.now())
        record("incident.gone", about=CHAIN, payload={"count": closed})
    return closed
