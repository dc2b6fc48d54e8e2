"""Does every changed row have an act, and do the books add up? What no chain shows: a hand that kept the triggers running."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history.report import Report, stream_rows

EXEMPT: dict[str, str] = {}
"""Tables whose rows may change without an act, each with its reason."""

OUT_OF_BAND = """
SELECT DISTINCT ON (e.txid) e.id, e.seq, e.recorded_at, e.action, e.object_type, e.object_id, e.db_user, e.txid, s.kind, s.key
FROM cases_event e LEFT JOIN cases_stream s ON s.id = e.stream_id
WHERE e.action LIKE 'row.%%' AND e.id > %s AND NOT e.object_type = ANY (%s) AND NOT EXISTS (
    SELECT FROM cases_event d WHERE d.txid = e.txid AND d.action NOT LIKE 'row.%%' AND d.id > %s)
ORDER BY e.txid, e.id"""
RECENT = 5_000
"""So many of the newest events are looked at again and again; the acts to them may lie as far before."""

BALANCES = """
SELECT a.id, a.code, ARRAY[a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending] AS stand,
    ARRAY[coalesce(d.posted, 0), coalesce(c.posted, 0), coalesce(d.pending, 0), coalesce(c.pending, 0)]::bigint[] AS moved
FROM cases_ledgeraccount a
LEFT JOIN (SELECT debit_id AS id, sum(amount_fen) FILTER (WHERE kind IN ('single', 'post')) AS posted,
    sum(CASE kind WHEN 'pending' THEN amount_fen WHEN 'single' THEN 0 ELSE -amount_fen END) AS pending
    FROM cases_ledgertransfer GROUP BY 1) d ON d.id = a.id
LEFT JOIN (SELECT credit_id AS id, sum(amount_fen) FILTER (WHERE kind IN ('single', 'post')) AS posted,
    sum(CASE kind WHEN 'pending' THEN amount_fen WHEN 'single' THEN 0 ELSE -amount_fen END) AS pending
    FROM cases_ledgertransfer GROUP BY 1) c ON c.id = a.id
ORDER BY a.id"""

PAYOUTS = """
SELECT p.id, p.case_id, p.state, p.amount_fen, t.amount_fen AS held, e.kind AS ended, e.amount_fen AS moved
FROM cases_payout p LEFT JOIN cases_ledgertransfer t ON t.id = p.reservation_id
LEFT JOIN cases_ledgertransfer e ON e.pending_id = p.reservation_id
WHERE t.amount_fen IS DISTINCT FROM p.amount_fen OR t.case_id IS DISTINCT FROM p.case_id
    OR (e.amount_fen <> p.amount_fen)
    OR e.kind IS DISTINCT FROM CASE p.state WHEN 'paid' THEN 'post' WHEN 'returned' THEN e.kind WHEN 'void' THEN 'void' END
ORDER BY p.id"""


def out_of_band(connection: Any, after: int = 0, acts_after: int = 0) -> list[dict[str, Any]]:
    """绕过系统的改动: the first row of each transaction that changed rows and says nothing of an act, among later events."""
    return list(stream_rows(connection, OUT_OF_BAND, [after, [*EXEMPT], acts_after]))


def recent_out_of_band(connection: Any) -> list[dict[str, Any]]:
    """The same among the newest events alone: cheap enough to be asked all the time."""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM cases_event")
            last = cursor.fetchone()[0]
        return out_of_band(connection, last - RECENT, last - 2 * RECENT)


def verify_acts(connection: Any, report: Report) -> None:
    """Every transaction that changed a row says what was done."""
    for row in sorted(out_of_band(connection), key=lambda row: int(row["id"])):
        if row["txid"] in report.excused:
            continue
        said = _("%(table)s #%(row)s 被改动，同一事务里没有办理记录（数据库用户 %(user)s）。") % {
            "table": row["object_type"], "row": row["object_id"], "user": row["db_user"],
        }  # fmt: skip
        stream = f"{row['kind']}/{row['key']}"
        report.add("out_of_band", said, "cases_event", row["id"], stream=stream, seq=row["seq"], at=row["recorded_at"])


def verify_books(connection: Any, report: Report) -> None:
    """账实相符: the counters of each account are its transfers; each payout is what the books say of its reservation."""
    named = {(found.table, found.row) for found in report.findings}
    for row in stream_rows(connection, BALANCES, []):
        if row["stand"] != row["moved"]:
            said = _("账户 %(code)s 的余额与账目不符。") % {"code": row["code"]}
            report.add("ledger_differs", said, "cases_ledgeraccount", row["id"])
    for row in stream_rows(connection, PAYOUTS, []):
        if ("cases_payout", str(row["id"])) not in named:
            report.add("ledger_differs", _("拨付与账目不符。"), "cases_payout", row["id"])
