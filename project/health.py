"""Is this process alive, and may it be sent work?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from cases.calendar import clock
from cases.history.sealing import queries as sealing
from cases.history.sealing import rules
from cases.outgoing.models import Outgoing
from workflows.engine import timers

Fault = str | None
_migrated = False


def _database() -> Fault:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


def _migrations() -> Fault:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return f"{len(missing)} migrations are not applied: run manage.py setup_database"
        _migrated = True
    return None


def _outgoing() -> Fault:
    late = _too_late()
    ours = Outgoing.objects.exclude(queue="pulled").filter(done_at=None, parked_at=None, available_at__lt=late)
    waiting = ours.exclude(lease_until__gte=late)
    return f"outgoing work is late by more than {_patience()}: is a worker running?" if waiting.exists() else None


def _timers() -> Fault:
    is_late = timers.late(_too_late()).exists()
    return f"a timer is late by more than {_patience()}: is the clock running?" if is_late else None


def _seals() -> Fault:
    is_late = rules.is_late(sealing.lateness(), rules.PAGE)
    return (
        f"entries of history wait for their seal by more than {rules.PAGE.seconds} s: is the sealer running?"
        if is_late
        else None
    )


def _witnesses() -> Fault:
    silent = sum(witness.is_old for witness in sealing.witnesses())
    return f"{silent} witnesses sent no receipt for a day: do they run, and do they refuse?" if silent else None


def _patience() -> str:
    return f"{settings.READY_PATIENCE} s"


def _too_late() -> datetime:
    return clock.now() - timedelta(seconds=settings.READY_PATIENCE)


_checks: dict[str, Callable[[], Fault]] = {
    "database": _database, "migrations": _migrations, "outgoing": _outgoing, "timers": _timers,
    "seals": _seals, "witnesses": _witnesses,
}  # fmt: skip
"""Each answers None when all is well, else one short sentence without data of people."""


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 when any check fails: database, migrations, outgoing work, timers, seals, witnesses; else 200. Each check stands with its fault.

    Late work counts too: an office whose messages and time limits stand still must learn of it before its people do.
    """
    faults: dict[str, Fault] = {}
    for name, check in _checks.items():
        try:
            faults[name] = check()
        except DatabaseError:
            faults[name] = "the database does not answer"
    is_ready = not any(faults.values())
    checks = {name: fault or "ok" for name, fault in faults.items()}
    body = {"status": "ok" if is_ready else "not ready", "checks": checks}
    response = JsonResponse(body, status=200 if is_ready else 503)
    response["Cache-Control"] = "no-store"
    return response
