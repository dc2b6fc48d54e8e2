"""Do the guards of history stand? The triggers that keep it append-only and that see every change of a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cases.history.report import Report

KEPT = (
    "cases_event", "cases_access", "cases_leaf", "cases_tile", "cases_checkpoint", "cases_witnessreceipt",
)  # fmt: skip
GUARDS = {
    **dict.fromkeys(KEPT, ("append_only", "no_truncate")),
    "cases_sealkey": ("seal_key_stands",),
    "cases_witness": ("witness_stands",),
}
NAMES = ["append_only", "no_truncate", "row_history", "truncate_history", "seal_key_stands", "witness_stands"]


def verify_guards(connection: Any, report: Report, watched: Iterable[str]) -> None:
    """The triggers that keep history append-only and see row changes stand and fire always, in replica mode too.

    A table whose rows once left changes must be watched for ever, unless the table itself is gone.
    """
    wanted = {(table, name) for table, names in GUARDS.items() for name in names}
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        tables = (report.tables & existing) | set(watched)
        wanted |= {(table, name) for table in tables for name in ("row_history", "truncate_history")}
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname = ANY (%s)",
            [NAMES],
        )
        found = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    for table, name in sorted(wanted | set(found)):
        if found.get((table, name)) != "A":
            report.add("guard_off", _("守护触发器缺失或被停用：") + name, table)
