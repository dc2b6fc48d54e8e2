"""Is this process alive, and may it be sent work?"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

Fault = str | None
_checks: dict[str, Callable[[], Fault]] = {}
_migrated = False


def register(name: str, check: Callable[[], Fault]) -> None:
    """Adds a check to /health/ready: it answers None when all is well, else one short sentence without data of people."""
    _checks[name] = check


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


register("database", _database)
register("migrations", _migrations)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when every registered check is well, else 503; each check with its fault."""
    faults: dict[str, Fault] = {}
    for name, check in _checks.items():
        try:
            faults[name] = check()
        except DatabaseError:
            faults[name] = "the database does not answer"
    well = not any(faults.values())
    body = {"status": "ok" if well else "not ready", "checks": {name: fault or "ok" for name, fault in faults.items()}}
    response = JsonResponse(body, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response
