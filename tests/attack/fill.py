"""A history of any length, written in bulk: chains, leaves, signed roots as the product would have made them. Scratch databases only."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.history import merkle, notes
from cases.history.chain import EVENT_FIELDS, entry, leaf

LENGTH, AT_ONCE, FAR = 60, 6000, 1_000_000_000
"""Events of a chain, events under one root, and where the keys of the made cases begin."""
_TABLES = {
    "cases_event": ("id", *EVENT_FIELDS, "enc", "hash"),
    "cases_stream": ("id", "kind", "key"),
    "cases_streamhead": ("stream_id", "seq", "hash"),
    "cases_leaf": ("leaf", "src", "ref", "hash"),
    "cases_checkpoint": ("tree_size", "root", "at", "note", "kid", "frontier", "day_close"),
}


class Filler:
    """Writes chains of sixty events behind what is there: an act and five changes of rows a transaction; and seals everything."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.key, self.origin = Ed25519PrivateKey.generate(), "relief-history/filled"
        self.edge = merkle.Frontier()
        self.texts: dict[str, io.StringIO] = {}
        cursor.execute("SELECT max(id), max(stream_id), max(recorded_at) FROM cases_event")
        self.id, self.stream, last = cursor.fetchone()
        self.start = last.astimezone(UTC) + timedelta(seconds=5)

    def run(self, count: int) -> None:
        """So many events, a multiple of sixty; triggers are off meanwhile."""
        public = self.key.public_key().public_bytes_raw()
        self.cursor.execute(
            "INSERT INTO cases_sealkey (kid, public_key, valid_from_size, reason) VALUES ('k', %s, 1, 'x')", [public]
        )
        for table in _TABLES:
            self.cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        self._present()
        for begin in range(0, count, AT_ONCE):
            self._some(begin, min(count, begin + AT_ONCE))
        for table in _TABLES:
            self.cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            self.cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
            )
            for (name,) in self.cursor.fetchall():
                self.cursor.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')
        self.cursor.execute("ANALYZE")

    def _present(self) -> None:
        """What was there before goes under the first root."""
        self._open()
        self.cursor.execute(
            "SELECT p.src, p.ref, coalesce(e.hash, a.hash) FROM cases_pending p LEFT JOIN cases_event e ON p.src = 1 AND "
            "e.id = p.ref LEFT JOIN cases_access a ON p.src = 2 AND a.id = p.ref ORDER BY p.id"
        )
        for src, ref, made in self.cursor.fetchall():
            self._leaf(src, ref, bytes(made))
        self.cursor.execute("DELETE FROM cases_pending")
        self._checkpoint(self.start)
        self._send()

    def _some(self, begin: int, end: int) -> None:
        self._open()
        prev, now = b"", self.start
        for number in range(begin, end):
            stream, seq = self.stream + number // LENGTH + 1, number % LENGTH + 1
            now = self.start + timedelta(seconds=number)
            prev = self._event(self.id + number + 1, stream, seq, now, b"" if seq == 1 else prev)
            self._leaf(1, self.id + number + 1, prev)
            if seq == LENGTH:
                self._line("cases_stream", [str(stream), "case", str(FAR + stream)])
                self._line("cases_streamhead", [str(stream), str(seq), _hex(prev)])
        self._checkpoint(now)
        self._send()

    def _event(self, pk: int, stream: int, seq: int, now: datetime, prev: bytes) -> bytes:
        is_act, row = seq % 6 == 1, f"{stream}-{(seq - 1) // 12}"
        action, payload = _content(seq, stream)
        nonce = os.urandom(16).hex()
        values: list[str | None] = [
            str(stream), str(seq), now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), now.strftime("%Y-%m-%d"), action, "ok", "17", "user",
            "CTY1", "演示县红十字会", None, None if is_act else "cases_answer", None if is_act else row, None,
            "0f3a77c2b1d94e55", "relief_app", str(FAR + stream * 100 + (seq - 1) // 6), payload, nonce, prev.hex(),
        ]  # fmt: skip
        made = leaf(entry(1, values))
        self._line("cases_event", [str(pk), *values[:18], f"\\x{nonce}", _hex(prev), "1", _hex(made)])
        return made

    def _leaf(self, src: int, ref: int, made: bytes) -> None:
        self._line("cases_leaf", [str(self.edge.size), str(src), str(ref), _hex(made)])
        self.edge.append(made)

    def _checkpoint(self, now: datetime) -> None:
        root, size = self.edge.root(), self.edge.size
        body = notes.Checkpoint(self.origin, size, root).body()
        note = notes.Note(body, (notes.sign(body, name=self.origin, key=self.key),)).text()
        self._line(
            "cases_checkpoint",
            [str(size), _hex(root), now.isoformat(), note, "k", _hex(self.edge.stored()), "f"],
        )

    def _open(self) -> None:
        self.texts = {table: io.StringIO() for table in _TABLES}

    def _line(self, table: str, values: list[str | None]) -> None:
        self.texts[table].write("\t".join(_copy(value) for value in values) + "\n")

    def _send(self) -> None:
        for table, text in self.texts.items():
            text.seek(0)
            self.cursor.copy_expert(f"COPY {table} ({', '.join(_TABLES[table])}) FROM STDIN", text)


def _content(seq: int, stream: int) -> tuple[str, str]:
    """What event `seq` of a chain says: an act, or a row that comes, changes, and goes after twelve."""
    if seq % 6 == 1:
        said = {
            "opinion": "材料齐全，符合救助条件，同意。",
            "step": "county_review",
            "reasons": ["T1", "T4"],
            "policy": 3,
        }
        return "task.decided", json.dumps(said, ensure_ascii=False, sort_keys=True)
    row = {"case_id": FAR + stream, "key": "patient_name", "round": seq, "value": f"commitment:{seq:064d}"}
    if seq % 12 == 2:
        return "row.insert", json.dumps(row)
    if seq % 12 == 0:
        return "row.delete", json.dumps(row)
    before = seq - 2 if seq % 12 == 8 else seq - 1
    return "row.update", json.dumps(
        {"round": [before, seq], "value": [f"commitment:{before:064d}", f"commitment:{seq:064d}"]}
    )


def _hex(data: bytes) -> str:
    return f"\\x{data.hex()}"


def _copy(value: str | None) -> str:
    return "\\N" if value is None else value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
