"""The whole check of history in one snapshot: chains, looks, seals, guards, acts, books, tables against their row changes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.history.acts_check import verify_acts, verify_books
from cases.history.fold import verify_rows, watched_tables
from cases.history.guards import verify_guards
from cases.history.report import FAR, Report, Scope
from cases.history.sealed_check import find_orphans, verify_seals
from cases.history.verify import verify_chains, verify_looks


def verify(connection: Any, *, case: int | None = None) -> Report:
    """核验历史: read everything (or one case) as it stood at one moment, and report each fault once, the smallest place first."""
    report, scope = Report(), Scope(case)
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL timezone = 'UTC'")
        tables = watched_tables(connection)
        if case is None:
            find_orphans(connection, report)
        verify_chains(connection, scope, report)
        verify_looks(connection, scope, report)
        if case is None:
            verify_seals(connection, report)
            verify_guards(connection, report, [watched.table for watched in tables])
        verify_rows(connection, scope, report, tables)
        if case is None:
            verify_acts(connection, report)
            verify_books(connection, report)
    report.findings.sort(key=lambda found: found.leaf if found.leaf is not None else FAR)
    return report
