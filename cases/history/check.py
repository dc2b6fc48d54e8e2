"""The whole check of history in one snapshot: chains, looks, guards, and the tables against their row changes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.history.fold import verify_rows, watched_tables
from cases.history.verify import Report, Scope, verify_chains, verify_guards, verify_looks


def verify(connection: Any, *, case: int | None = None) -> Report:
    """核验历史: read everything (or one case) as it stood at one moment, and report each fault once."""
    report, scope = Report(), Scope(case)
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL timezone = 'UTC'")
        tables = watched_tables(connection)
        verify_chains(connection, scope, report)
        verify_looks(connection, scope, report)
        if case is None:
            verify_guards(connection, report, [watched.table for watched in tables])
        verify_rows(connection, scope, report, tables)
    return report
