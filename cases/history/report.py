"""What a check of history says: findings with their places, and what was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

Row = dict[str, Any]
BATCH = 2000
FAR = 1 << 62


@dataclass(slots=True)
class Finding:
    """查出的问题: one fault with its place: table, row, chain and number in it, leaf, time."""

    cause: str
    sentence: str
    table: str
    row: str = ""
    stream: str = ""
    seq: int | None = None
    at: datetime | None = None
    leaf: int | None = None

    def line(self) -> str:
        """The fault in one line."""
        place = [f"{self.table} #{self.row}" if self.row else self.table]
        if self.stream:
            place.append(f"{self.stream}/{self.seq}" if self.seq is not None else self.stream)
        if self.leaf is not None:
            place.append(f"leaf {self.leaf}")
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
    leaves: int = 0
    checkpoints: int = 0
    receipts: int = 0
    findings: list[Finding] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    distrusted: set[tuple[str, str]] = field(default_factory=set)
    """Tables with row changes, and the rows whose own events were changed: their fault is named already."""
    doubts: dict[int, tuple[bytes, Finding]] = field(default_factory=dict)
    """Leaves that are not the hash of their entry: that hash, and what was said of it so far."""
    orphans: dict[bytes, tuple[str, int]] = field(default_factory=dict)
    """Leaves whose entry is gone: their hash, the entry's id and the number of the leaf."""

    excused: set[str] = field(default_factory=set)
    """Transactions beside an entry that was changed or is gone: that one may have been their act."""

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def add(self, cause: str, sentence: str, table: str, row: object = "", **place: Any) -> Finding:
        """Keep a fault."""
        found = Finding(cause, sentence, table, str(row), **place)
        self.findings.append(found)
        return found

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        findings = [{**asdict(item), "at": item.at.isoformat() if item.at else None} for item in self.findings]
        names = ("events", "streams", "looks", "rows", "leaves", "checkpoints", "receipts")
        return {"clean": self.is_clean, **{name: getattr(self, name) for name in names}, "findings": findings}


@dataclass(frozen=True)
class Scope:
    """What to verify: everything, or the chain of one case and all that hangs on it."""

    case: int | None = None

    def events(self) -> tuple[str, list[Any]]:
        if self.case is None:
            return "", []
        return "WHERE s.kind = 'case' AND s.key = %s", [str(self.case)]

    def looks(self) -> tuple[str, list[Any]]:
        return ("", []) if self.case is None else ("WHERE a.case_id = %s", [self.case])


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


def case_of(number: str | None) -> Any:
    """The case of a number given on a command line; None without one. Raises CommandError with exit status 2."""
    if not number:
        return None
    case = apps.get_model("cases", "Case")._default_manager.filter(number=number).first()
    if case is None:
        raise CommandError(_("没有编号为 %(number)s 的案卷。") % {"number": number}, returncode=2)
    return case
