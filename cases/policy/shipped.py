"""The example measure (办法) that a programme ships with its policy: every clause that a row cites has words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import override

from cases.policy.rows import Row
from cases.policy.words import value_of

EXAMPLE = "示例"


@dataclass(frozen=True, slots=True)
class Shipped:
    """示例办法: its heading and its clauses in order, number -> Chinese and English words."""

    title: str
    issuer: str
    document_number: str
    issued_on: date
    clauses: Mapping[str, tuple[str, str]]


def measure_of(version: Mapping[str, Any]) -> Shipped:
    """The measure of a shipped policy. A clause whose words it does not give says what its rows say, marked 示例."""
    told: Mapping[str, Any] = version.get("measure") or {}
    given = dict(told.get("clauses") or {})
    words: dict[str, list[Row]] = {}
    for row in version["rows"]:
        if row.clause and row.clause not in given:
            words.setdefault(row.clause, []).append(row)
    return Shipped(
        str(told.get("title") or f"{version['title']}所依办法（{EXAMPLE}）"),
        str(told.get("issuer") or EXAMPLE),
        str(told.get("document_number") or EXAMPLE),
        date.fromisoformat(str(told.get("issued_on") or version["effective_from"])),
        {**given, **{number: _words(rows) for number, rows in words.items()}},
    )


def _words(rows: Iterable[Row]) -> tuple[str, str]:
    held = list(rows)
    with override("zh-hans"):
        zh = "；".join(dict.fromkeys(_sentence(row, row.note_zh) for row in held))
    with override("en"):
        en = "; ".join(dict.fromkeys(_sentence(row, row.note_en) for row in held))
    return f"{EXAMPLE}：{zh}", f"Example: {en}"


def _sentence(row: Row, note: str) -> str:
    value = value_of(row)
    return f"{note.rstrip('。.')} {value}".strip() or row.name
