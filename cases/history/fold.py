"""Do the tables still hold what their row changes add up to? Finds a row changed with the triggers switched off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from cases.history.report import Finding, Report, Row, Scope, stream_rows
from cases.sealed import SealedField, unseal
from cases.subjects import Closed, with_key
from cases.text import listed


@dataclass(frozen=True)
class Watched:
    """A table whose changes leave rows in history, as its trigger says: chain, key column, columns left out."""

    table: str
    kind: str
    key: str
    skip: tuple[str, ...]
    sealed: tuple[str, ...]
    id_column: str

    def where(self, case: int | None) -> tuple[str, list[Any]] | None:
        """The rows of one case (None: the table has none); everything without a case."""
        if case is None:
            return "", []
        if self.kind != "case":
            return None
        if ":" in self.key:
            column, parent = self.key.split(":")
            return f"WHERE t.{column} IN (SELECT id FROM {parent} WHERE case_id = %s)", [case]
        return f"WHERE t.{self.key} = %s", [case]


def watched_tables(connection: Any) -> list[Watched]:
    """Every table with a row_history trigger."""
    sealed = sealed_columns()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgnargs, encode(t.tgargs, 'escape'), "
            "(SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 "
            "AND NOT a.attisdropped) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgname = 'row_history' ORDER BY c.relname"
        )
        rows = cursor.fetchall()
    tables = []
    for table, count, text, columns in rows:
        kind, key, *skip = text.split("\\000")[:count]
        id_column = next(name for name in ("id", "code", "case_id") if name in columns)
        tables.append(Watched(table, kind, key, tuple(skip), tuple(sealed.get(table, ())), id_column))
    return tables


def sealed_columns() -> dict[str, list[str]]:
    """The encrypted columns of each table."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models():
        fields = [field for field in model._meta.local_concrete_fields if isinstance(field, SealedField)]
        names = [str(field.column) for field in fields]
        if names:
            found[model._meta.db_table] = names
    return found


def verify_rows(connection: Any, scope: Scope, report: Report, tables: Iterable[Watched]) -> None:
    """Each current row against the sum of its row changes; sealed values by their commitments, and that they open."""
    for watched in tables:
        place = watched.where(scope.case)
        if place is not None:
            _verify_table(connection, scope, report, watched, place)


def _verify_table(
    connection: Any, scope: Scope, report: Report, watched: Watched, place: tuple[str, list[Any]]
) -> None:
    pairs = _side_by_side(_past(connection, scope, watched), _present(connection, watched, place))
    erased = _erased(connection) if watched.sealed else set()
    for key, past, row in pairs:
        now = row["now"] if row else None
        if (watched.table, key) in report.distrusted:
            continue
        if row is not None:
            report.rows += 1
            for column in _unopened(watched, row, erased):
                report.findings.append(
                    _finding("sealed_broken", _("加密内容打不开或与留痕不符：") + column, watched, key, past)
                )
        if past is None:
            if scope.case is None or now is not None:
                report.findings.append(_finding("row_without_history", _("这一行没有来历。"), watched, key, past))
            continue
        if past.state is None and now is not None:
            report.findings.append(_finding("row_without_history", _("这一行已删除，却又出现。"), watched, key, past))
        elif past.state is not None and now is None:
            report.findings.append(_finding("row_missing", _("这一行不见了，留痕里没有删除。"), watched, key, past))
        elif past.state is not None and now is not None:
            wrong = [name for name, value in now.items() if name in past.state and past.state[name] != value]
            if wrong:
                said = _("现在的内容与留痕不符：") + listed(sorted(wrong))
                report.findings.append(_finding("row_changed", said, watched, key, past))
        if past.broken:
            report.findings.append(
                _finding("change_missing", _("两次改动之间接不上：") + past.broken, watched, key, past)
            )
        if past.wrong_chain:
            report.findings.append(_finding("wrong_chain", _("留痕挂在另一条链上。"), watched, key, past))


@dataclass
class Past:
    """What the row changes of one row add up to, and the last of them."""

    state: Row | None
    event: Row
    broken: str = ""
    wrong_chain: bool = False


def _finding(cause: str, sentence: str, watched: Watched, key: str, past: Past | None) -> Finding:
    if past is None:
        return Finding(cause, sentence, watched.table, key)
    last = past.event
    stream = f"{last['kind']}/{last['key']}"
    return Finding(cause, sentence, watched.table, key, stream, last["seq"], last["recorded_at"])


def _past(connection: Any, scope: Scope, watched: Watched) -> Iterator[tuple[str, Past]]:
    where, params = scope.events()
    rows = stream_rows(
        connection,
        "SELECT e.object_id, e.seq, e.recorded_at, e.action, e.payload, s.kind, s.key FROM cases_event e "
        f"JOIN cases_stream s ON s.id = e.stream_id {where} {'AND' if where else 'WHERE'} e.object_type = %s "
        "AND e.action IN ('row.insert', 'row.update', 'row.delete') ORDER BY e.object_id COLLATE \"C\", e.id",
        [*params, watched.table],
    )
    key, past = "", None
    for row in rows:
        if row["object_id"] != key and past is not None:
            yield key, past
            past = None
        key, past = row["object_id"], _apply(watched, past, row)
    if past is not None:
        yield key, past


def _apply(watched: Watched, past: Past | None, event: Row) -> Past:
    try:
        payload = _json(event["payload"])
    except ValueError:
        return Past(past.state if past else {}, event, broken=event["action"])
    state = past.state if past else None
    broken = past.broken if past else ""
    wrong_chain = past.wrong_chain if past else False
    if event["action"] == "row.insert":
        state = payload
        wrong_chain = wrong_chain or not _own_chain(watched, event, payload)
    elif event["action"] == "row.delete":
        state = None
    elif state is None:
        state, broken = {name: change[1] for name, change in payload.items()}, broken or event["action"]
    else:
        torn = [name for name, change in payload.items() if name in state and state[name] != change[0]]
        broken = broken or listed(sorted(torn))
        state = {**state, **{name: change[1] for name, change in payload.items()}}
    return Past(state, event, broken, wrong_chain)


def _own_chain(watched: Watched, event: Row, payload: Row) -> bool:
    if event["kind"] != watched.kind:
        return False
    if ":" in watched.key or not watched.key:
        return True
    held = payload.get(watched.key)
    return bool(event["key"] == ("none" if held is None else str(held)))


def _present(connection: Any, watched: Watched, place: tuple[str, list[Any]]) -> Iterator[tuple[str, Row]]:
    sealed = "".join(f", {with_key(f't.{name}', restricted=False)} AS sealed_{name}" for name in watched.sealed)
    rows = stream_rows(
        connection,
        f"SELECT t.{watched.id_column}::text AS id, history_sanitise(to_jsonb(t), %s::text[])::text AS now{sealed} "
        f'FROM {watched.table} t {place[0]} ORDER BY t.{watched.id_column}::text COLLATE "C"',
        [list(watched.skip), *place[1]],
    )
    for row in rows:
        yield row["id"], {**row, "now": _json(row["now"])}


def _json(text: str) -> Row:
    value: Row = json.loads(text, parse_float=str)
    return value


def _side_by_side(
    past: Iterator[tuple[str, Past]], present: Iterator[tuple[str, Row]]
) -> Iterator[tuple[str, Past | None, Row | None]]:
    """Two runs in the same order, joined by key."""
    left, right = next(past, None), next(present, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[0], left[1], None
            left = next(past, None)
        elif left is None or right[0] < left[0]:
            yield right[0], None, right[1]
            right = next(present, None)
        else:
            yield left[0], left[1], right[1]
            left, right = next(past, None), next(present, None)


def _erased(connection: Any) -> set[str]:
    """The subjects whose keys history says were destroyed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.object_id FROM cases_subjectkey k JOIN cases_event e ON e.object_type = 'cases_subjectkey' "
            "AND e.object_id = k.subject AND e.action = 'key.destroyed' WHERE k.destroyed_at IS NOT NULL"
        )
        return {row[0] for row in cursor.fetchall()}


def _unopened(watched: Watched, row: Row, erased: set[str]) -> list[str]:
    """Sealed columns that do not open, but for those of a subject that was erased and of which history tells it."""
    broken = []
    for name in watched.sealed:
        token = row[f"sealed_{name}"]
        if token:
            try:
                unseal(token, f"{watched.table}.{name}")
            except Closed:
                if token.split(".")[1] not in erased:
                    broken.append(name)
            except ValueError:
                broken.append(name)
    return broken
