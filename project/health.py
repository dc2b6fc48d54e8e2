"""Is this process alive, and may it be sent work?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from cases.outgoing.models import Outgoing
from workflows.models import Timer

Fault = str | None
_checks: dict[str, Callable[[], Fault]] = {}
_vital: set[str] = set()
_migrated = False
PATIENCE = timedelta(seconds=60)


def register(name: str, check: Callable[[], Fault], *, vital: bool = False) -> None:
    """Adds a check to /health/ready: it answers None when all is well, else one short sentence without data of people.

    A vital fault takes this process out of service (503); any other is shown as degraded, since pages still work.
    """
    _checks[name] = check
    if vital:
        _vital.add(name)


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
    late = _database_time() - PATIENCE
    waiting = Outgoing.objects.filter(done_at=None, parked_at=None, available_at__lt=late).exclude(
        lease_until__gte=late
    )
    return "outgoing work waits for more than a minute: is a worker running?" if waiting.exists() else None


def _timers() -> Fault:
    late = _database_time() - PATIENCE
    waiting = Timer.objects.filter(done_at=None, cancelled_at=None, due_at__lt=late)
    return "a timer is late by more than a minute: is the clock running?" if waiting.exists() else None


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relief_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


register("database", _database, vital=True)
register("migrations", _migrations, vital=True)
register("outgoing", _outgoing)
register("timers", _timers)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 when a vital check fails; else 200 with "ok" or "degraded", and each check with its fault."""
    faults: dict[str, Fault] = {}
    for name, check in _checks.items():
        try:
            faults[name] = check()
        except DatabaseError:
            faults[name] = "the database does not answer"
    found = {name for name, fault in faults.items() if fault}
    status = "not ready" if found & _vital else "degraded" if found else "ok"
    body = {"status": status, "checks": {name: fault or "ok" for name, fault in faults.items()}}
    response = JsonResponse(body, status=503 if found & _vital else 200)
    response["Cache-Control"] = "no-store"
    return response
