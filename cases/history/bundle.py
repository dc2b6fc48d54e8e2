"""The history as one file for whoever checks it elsewhere (核验包): entries with the fields that are hashed, leaves, roots, receipts.

Written as it is read, so that a million entries need no memory. What each member holds stands in docs/history.md.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from typing import IO, Any

from django.db import transaction

from cases.history.chain import ACCESS_FIELDS, EVENT_FIELDS
from cases.history.copied import TIME, Columns, Rows, as_hashed, read
from cases.history.merkle import inclusion_proof
from cases.history.report import stream_rows
from cases.history.sealing.tree import node_source

FORMAT = "relief-bundle/1"
WIDTH = len(EVENT_FIELDS)
_TAIL = "{leaf}, {seal}, '{src}', {row}.id::text, {enc}, {row}.hash, NULL::text"
_LOOK = f"json_build_array({as_hashed('a', ACCESS_FIELDS)})::text"
_NOTHING = ", ".join(["NULL::text"] * WIDTH)

SEALED = f"""
SELECT {as_hashed("e", EVENT_FIELDS)}, l.leaf::text, l.hash, l.src::text, l.ref::text, e.enc::text, coalesce(e.hash, a.hash),
    CASE WHEN a.id IS NOT NULL THEN {_LOOK} END
FROM cases_leaf l LEFT JOIN cases_event e ON l.src = 1 AND e.id = l.ref
LEFT JOIN cases_access a ON l.src = 2 AND a.id = l.ref {{where}} ORDER BY l.leaf"""
OPEN_EVENTS = f"""
SELECT {as_hashed("e", EVENT_FIELDS)}, NULL::text, NULL::bytea, '1', e.id::text, e.enc::text, e.hash, NULL::text
FROM cases_event e WHERE NOT EXISTS (SELECT FROM cases_leaf l WHERE l.src = 1 AND l.ref = e.id) {{where}} ORDER BY e.id"""
OPEN_LOOKS = f"""
SELECT {_NOTHING}, NULL::text, NULL::bytea, '2', a.id::text, '1', a.hash, {_LOOK}
FROM cases_access a WHERE NOT EXISTS (SELECT FROM cases_leaf l WHERE l.src = 2 AND l.ref = a.id) {{where}} ORDER BY a.id"""

STREAMS = """SELECT s.id, s.kind, s.key, h.seq, encode(h.hash, 'hex') AS head FROM cases_stream s
LEFT JOIN cases_streamhead h ON h.stream_id = s.id {where} ORDER BY s.id"""
CHECKPOINTS = f"""SELECT tree_size, encode(root, 'hex') AS root, {TIME.format("at")} AS at, note, encode(frontier, 'hex') AS edge
FROM cases_checkpoint {{where}} ORDER BY tree_size"""
RECEIPTS = """SELECT tree_size, encode(root, 'hex') AS root, witness, cosignature FROM cases_witnessreceipt {where}
ORDER BY tree_size, id"""
KEYS = "SELECT kid, encode(public_key, 'hex') AS key, valid_from_size, valid_to_size FROM cases_sealkey ORDER BY valid_from_size"
WITNESSES = "SELECT name, encode(public_key, 'hex') AS key FROM cases_witness ORDER BY id"
ROTATIONS = "SELECT payload FROM cases_event WHERE action = 'seal.key' ORDER BY id"


def line(columns: Columns) -> list[Any]:
    """An entry as one line: leaf, its hash, source, id; then, when it is there, encoding version, hash and hashed fields."""
    leaf, seal, src, ref, enc, stored, look = columns[WIDTH:]
    place = [int(leaf) if leaf else None, seal.hex() if seal else None, int(src or 0), int(ref or 0)]
    if stored is None:
        return place
    texts = json.loads(look) if look else [None if one is None else one.decode() for one in columns[:WIDTH]]
    return [*place, int(enc or 1), stored.hex(), *texts]


class Bundle:
    """One zip file being written, in one snapshot of the database."""

    def __init__(self, connection: Any, target: IO[bytes], case: int | None) -> None:
        self.connection, self.case = connection, case
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.counts: dict[str, int] = {}
        self.leaves: list[int] = []

    def write(self, *, number: str, origin: str, now: str) -> dict[str, int]:
        """Everything, or all of one case: how many lines each member has."""
        with self.zip:
            size = self._size()
            self._entries()
            of_case, params = ("WHERE s.kind = 'case' AND s.key = %s", [str(self.case)]) if self.case else ("", [])
            self._rows("streams.ndjson", STREAMS.format(where=of_case), params)
            of_size, sized = ("WHERE tree_size = %s", [size]) if self.case else ("", [])
            self._rows("checkpoints.ndjson", CHECKPOINTS.format(where=of_size), sized)
            self._rows("receipts.ndjson", RECEIPTS.format(where=of_size), sized)
            for name, sql in (("keys", KEYS), ("witnesses", WITNESSES), ("rotations", ROTATIONS)):
                self._rows(f"{name}.ndjson", sql, [])
            if self.case:
                self._lines("paths.ndjson", paths(self.connection, self.leaves, size))
            told = {"format": FORMAT, "origin": origin, "made_at": now, "case": number, "counts": self.counts}
            self.zip.writestr("manifest.json", json.dumps(told, ensure_ascii=False, indent=1))
        return self.counts

    def _size(self) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(tree_size), 0) FROM cases_checkpoint")
            return int(cursor.fetchone()[0])

    def _entries(self) -> None:
        wheres: list[tuple[str, str, list[Any]]] = [(SEALED, "", []), (OPEN_EVENTS, "", []), (OPEN_LOOKS, "", [])]
        if self.case:
            mine = "e.stream_id = (SELECT id FROM cases_stream WHERE kind = 'case' AND key = %s)"
            params = [str(self.case), self.case]
            wheres = [(SEALED, f"WHERE {mine} OR a.case_id = %s", params), (OPEN_EVENTS, f"AND {mine}", params[:1]), (OPEN_LOOKS, "AND a.case_id = %s", params[1:])]  # fmt: skip
        count = 0
        with self.zip.open("entries.ndjson", "w", force_zip64=True) as member:

            def take(columns: Columns, _body: bytes) -> None:
                nonlocal count
                told = line(columns)
                count += 1
                if self.case and told[0] is not None:
                    self.leaves.append(told[0])
                member.write(_json(told))

            for sql, where, params in wheres:
                read(self.connection, sql.format(where=where), params, Rows(WIDTH + 7, 0, take))
        self.counts["entries"] = count

    def _rows(self, name: str, sql: str, params: list[Any]) -> None:
        self._lines(name, ([*row.values()] for row in stream_rows(self.connection, sql, params)))

    def _lines(self, name: str, lines: Iterable[list[Any]]) -> None:
        count = 0
        with self.zip.open(name, "w", force_zip64=True) as member:
            for one in lines:
                member.write(_json(one))
                count += 1
        self.counts[name.removesuffix(".ndjson")] = count


def paths(connection: Any, leaves: list[int], size: int) -> Iterable[list[Any]]:
    """Of each leaf the way to the root of the first `size` leaves."""
    with connection.cursor() as cursor:
        node = node_source(cursor)
        for leaf in leaves:
            if leaf < size:
                yield [leaf, [one.hex() for one in inclusion_proof(leaf, size, node)]]


def export(
    connection: Any, target: IO[bytes], *, case: int | None, number: str, origin: str, now: str
) -> dict[str, int]:
    """核验包: write the bundle, all of it as it stood at one moment. Answers the number of lines of each member."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        return Bundle(connection, target, case).write(number=number, origin=origin, now=now)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
