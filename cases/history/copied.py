"""Entries read as the bytes that are hashed: COPY in binary form writes a text as its length and its UTF-8, as entries do."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from datetime import datetime
from typing import Any

Columns = list[bytes | None]
_LENGTH = struct.Struct(">i")
_HEADER, _END = 19, b"\xff\xff"

TIME = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_SPECIAL = {"recorded_at": TIME, "happened_on": "to_char({0}, 'YYYY-MM-DD')", "nonce": "encode({0}, 'hex')", "prev": "encode({0}, 'hex')"}  # fmt: skip


def as_hashed(alias: str, names: tuple[str, ...]) -> str:
    """Columns as the texts that are hashed, for a SELECT list."""
    return ", ".join(_SPECIAL.get(name, "{0}::text").format(f"{alias}.{name}") for name in names)


class Rows:
    """Takes the stream of a COPY and gives on each row: its columns, and the bytes of the first `hashed` of them as sent."""

    def __init__(self, columns: int, hashed: int, take: Callable[[Columns, bytes], None]) -> None:
        self.columns, self.hashed, self.take = columns, hashed, take
        self.rest, self.begun = b"", False

    def write(self, data: bytes) -> int:
        """One piece of the stream; rows may lie across pieces."""
        buffer = self.rest + data if self.rest else data
        at = 0
        if not self.begun:
            if len(buffer) < _HEADER:
                self.rest = buffer
                return len(data)
            at, self.begun = _HEADER, True
        while (after := self._row(buffer, at)) > at:
            at = after
        self.rest = buffer[at:]
        return len(data)

    def _row(self, buffer: bytes, at: int) -> int:
        """Give on the row that begins here; where the next one begins, or `at` when this one is not whole yet."""
        found: Columns = []
        end, place, body_end = len(buffer), at + 2, 0
        if place > end or buffer[at:place] == _END:
            return at
        length_at = _LENGTH.unpack_from
        for number in range(self.columns):
            if place + 4 > end:
                return at
            (length,) = length_at(buffer, place)
            place += 4
            if length < 0:
                found.append(None)
            else:
                found.append(buffer[place : place + length])
                place += length
            if number + 1 == self.hashed:
                body_end = place
        if place > end:
            return at
        self.take(found, buffer[at + 2 : body_end])
        return place


def read(connection: Any, sql: str, params: list[Any], rows: Rows) -> None:
    """Run a SELECT through COPY, inside the open transaction."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        asked = cursor.mogrify(sql, params).decode()
        cursor.copy_expert(f"COPY ({asked}) TO STDOUT (FORMAT binary)", rows, size=1 << 16)


def leaf_of(enc: int, body: bytes) -> bytes:
    """The RFC 6962 leaf hash of an entry whose bytes are given."""
    return hashlib.sha256(b"\x00" + struct.pack(">h", enc) + body).digest()


def time_of(text: bytes | None) -> datetime | None:
    """A time as entries write it."""
    return datetime.strptime(text.decode(), "%Y-%m-%dT%H:%M:%S.%f%z") if text else None


def text_of(value: bytes | None) -> str:
    """A text column; NULL as the empty text."""
    return value.decode("utf-8", "replace") if value else ""
