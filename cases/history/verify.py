"""Is each chain whole? Reads every event and look once, in little memory, and names each fault with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.history.chain import access_hash, event_hash

Row = dict[str, Any]
BATCH = 2000

EVENT_COLUMNS = (
    "id, stream_id, seq, enc, recorded_at, happened_on, action, outcome, actor, actor_kind, acting_role, "
    "acting_office, on_behalf_of, object_type, object_id, purpose, request_id, db_user, txid, payload, nonce, prev, hash"
)
ACCESS_COLUMNS = (
    "id, recorded_at, actor, acting_role, acting_office, action, object_type, object_id, case_id, fields, purpose, "
    "request_id, nonce, hash"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """查出的问题: one fault with its place: table, row, chain and number in it, time."""

    cause: str
    sentence: str
    table: str
    row: str = ""
    stream: str = ""
    seq: int | None = None
    at: datetime | None = None

    def line(self) -> str:
        """The fault in one line."""
        place = [f"{self.table} #{self.row}" if self.row else self.table]
        if self.stream:
            place.append(f"{self.stream}/{self.seq}" if self.seq is not None else self.stream)
        if self.at:
            place.append(self.at.isoformat(timespec="microseconds"))
        return f"{self.cause}: {' · '.join(place)} · {self.sentence}"


@dataclass
class Report:
    """核验结果: what was read and what was found."""

    events: int = 0
    streams: int = 0
    looks: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    distrusted: set[tuple[str, str]] = field(default_factory=set)
    """Tables with row changes, and the rows whose own events were changed: their fault is named already."""

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        findings = [{**asdict(item), "at": item.at.isoformat() if item.at else None} for item in self.findings]
        read = {"events": self.events, "streams": self.streams, "looks": self.looks, "rows": self.rows}
        return {"clean": self.is_clean, **read, "findings": findings}


@dataclass(frozen=True)
class Scope:
    """What to verify: everything, or the chain of one case and all that hangs on it."""

    case: int | None = None

    def events(self) -> tuple[str, list[Any]]:
        if self.case is None:
            return "", []
        return "WHERE s.kind = 'case' AND s.key = %s", [str(self.case)]

    def looks(self) -> tuple[str, list[Any]]:
        return ("", []) if self.case is None else ("WHERE case_id = %s", [self.case])


def stream_rows(connection: Any, sql: str, params: list[Any]) -> Iterator[Row]:
    """Rows of a query by a server-side cursor, as dicts."""
    with connection.chunked_cursor() as cursor:
        cursor.itersize = BATCH
        cursor.execute(sql, params)
        names: list[str] = []
        while rows := cursor.fetchmany(BATCH):
            names = names or [column[0] for column in cursor.description]
            for row in rows:
                yield dict(zip(names, row, strict=True))


def verify_chains(connection: Any, scope: Scope, report: Report) -> None:
    """Every event against its hash, its number and the one before it; every chain against its head."""
    where, params = scope.events()
    rows = stream_rows(
        connection,
        f"SELECT {', '.join('e.' + name for name in EVENT_COLUMNS.split(', '))}, s.kind, s.key, h.seq AS head_seq, "
        "h.hash AS head_hash FROM cases_event e LEFT JOIN cases_stream s ON s.id = e.stream_id "
        f"LEFT JOIN cases_streamhead h ON h.stream_id = e.stream_id {where} ORDER BY e.stream_id, e.seq, e.id",
        params,
    )
    chains = _Chains(report)
    for row in rows:
        chains.take(row)
    chains.end()
    _verify_empty_chains(connection, scope, report)


class _Chains:
    """Walks events in order of chain and number; what is missing waits for the end, where moved rows are matched."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.last: Row | None = None
        self.accepted: set[bytes] = set()
        self.changed: list[Row] = []
        self.gaps: list[tuple[Row, int]] = []
        self.links: list[tuple[Row, str, str]] = []

    def take(self, row: Row) -> None:
        self.report.events += 1
        fresh = self.last is None or self.last["stream_id"] != row["stream_id"]
        if fresh:
            self._close()
            self.report.streams += 1
        expected_seq = 1 if fresh else self.last["seq"] + 1  # type: ignore[index]
        expected_prev = {b""} if fresh else self.accepted
        stored, right = bytes(row["hash"]), _right_hash(row)
        if right != stored:
            self.changed.append(row)
            self.report.distrusted.add((row["object_type"], row["object_id"]))
        elif row["action"].startswith("row."):
            self.report.tables.add(row["object_type"])
        for missing in range(expected_seq, min(row["seq"], expected_seq + 100)):
            self.gaps.append((row, missing))
        if row["seq"] < expected_seq and right == stored:
            self._add(row, "event_twice", _("同一序号出现了两次。"))
        elif row["seq"] == expected_seq and right == stored and bytes(row["prev"]) not in expected_prev:
            self.links.append((row, "link_broken", _("与前一条接不上：前一条被改写或替换。")))
        if row["kind"] is None:
            self.links.append((row, "stream_missing", _("所属的链已不存在。")))
        self.accepted = {stored} if right is None else {stored, right}
        self.last = row

    def _close(self) -> None:
        row = self.last
        if row is None:
            return
        if row["head_seq"] is None:
            self.links.append((row, "head_missing", _("这条链没有链头。")))
        elif row["head_seq"] != row["seq"] or bytes(row["head_hash"]) not in self.accepted:
            self.links.append((row, "head_wrong", _("链头不是最后一条：末尾被删、被加或链头被改。")))

    def end(self) -> None:
        """Report, with one line a cause: a row that was moved accounts for the gap it left."""
        self._close()
        self.last = None
        moved = set()
        for row in self.changed:
            home = next((gap for gap in self.gaps if _fits(row, gap)), None)
            for gap in self.gaps:
                if home and (gap == home or gap[0] is row):
                    moved.add((gap[0]["id"], gap[1]))
            sentence = _("内容与它的摘要不符：有人改动了这一条。")
            if home:
                sentence = _("这一条被移动过，原来是 %(stream)s 第 %(seq)s 条。") % {
                    "stream": _name(home[0]),
                    "seq": home[1],
                }
            self._add(row, "event_changed", sentence)
        touched = {row["stream_id"] for row in self.changed}
        for after, seq in self.gaps:
            if (after["id"], seq) not in moved:
                finding = Finding("event_missing", _("序号不连续：少了这一条。"), "cases_event", "", _name(after), seq)
                self.report.findings.append(finding)
        for row, cause, sentence in self.links:
            if cause != "head_wrong" or row["stream_id"] not in touched:
                self._add(row, cause, sentence)

    def _add(self, row: Row, cause: str, sentence: str) -> None:
        self.report.findings.append(
            Finding(cause, sentence, "cases_event", str(row["id"]), _name(row), row["seq"], row["recorded_at"])
        )


def _name(row: Row) -> str:
    return f"{row['kind']}/{row['key']}" if row["kind"] is not None else f"stream/{row['stream_id']}"


def _right_hash(row: Row) -> bytes | None:
    try:
        return event_hash(row)
    except KeyError:
        return None


def _fits(row: Row, gap: tuple[Row, int]) -> bool:
    there = {**row, "stream_id": gap[0]["stream_id"], "seq": gap[1]}
    return any(_right_hash({**there, "enc": enc}) == bytes(row["hash"]) for enc in {row["enc"], 1})


def _verify_empty_chains(connection: Any, scope: Scope, report: Report) -> None:
    where, params = scope.events()
    narrow = f"{where} AND" if where else "WHERE"
    sql = (
        "SELECT s.id, s.kind, s.key FROM cases_stream s "
        f"{narrow} NOT EXISTS (SELECT FROM cases_event e WHERE e.stream_id = s.id) ORDER BY s.id"
    )
    for row in stream_rows(connection, sql, params):
        name = f"{row['kind']}/{row['key']}"
        report.findings.append(Finding("chain_empty", _("这条链的记录全部不见了。"), "cases_event", "", name, 0))


def verify_looks(connection: Any, scope: Scope, report: Report) -> None:
    """Every record of a look against its own hash."""
    where, params = scope.looks()
    for row in stream_rows(connection, f"SELECT {ACCESS_COLUMNS} FROM cases_access {where} ORDER BY id", params):
        report.looks += 1
        if access_hash(row) != bytes(row["hash"]):
            report.findings.append(
                Finding(
                    "access_changed",
                    _("查阅记录与它的摘要不符。"),
                    "cases_access",
                    str(row["id"]),
                    "",
                    None,
                    row["recorded_at"],
                )
            )


GUARDS = {"cases_event": ("append_only", "no_truncate"), "cases_access": ("append_only", "no_truncate")}


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
            "WHERE NOT t.tgisinternal AND t.tgname IN ('append_only', 'no_truncate', 'row_history', 'truncate_history')"
        )
        found = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    for table, name in sorted(wanted | set(found)):
        if found.get((table, name)) != "A":
            report.findings.append(Finding("guard_off", _("守护触发器缺失或被停用：") + name, table))
