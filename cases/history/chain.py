"""How an event is hashed, in Python, from its columns: the second reading of history_event_hash in sql/history.sql."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

EVENT_FIELDS = (
    "stream_id", "seq", "recorded_at", "happened_on", "action", "outcome", "actor", "actor_kind", "acting_role",
    "acting_office", "on_behalf_of", "object_type", "object_id", "purpose", "request_id", "db_user", "txid", "payload",
    "nonce", "prev",
)  # fmt: skip
ACCESS_FIELDS = (
    "recorded_at", "actor", "acting_role", "acting_office", "action", "object_type", "object_id", "case_id", "fields",
    "purpose", "request_id", "nonce",
)  # fmt: skip
ENCODINGS = {1: EVENT_FIELDS}
"""Which columns each encoding version hashes, in order; a new column is a new version and old rows keep theirs."""


def as_text(value: Any) -> str | None:
    """A column as it is hashed: bytes in hex, times in UTC with microseconds, days as in ISO 8601, NULL as None."""
    if value is None:
        return None
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def entry(version: int, values: list[str | None]) -> bytes:
    """The bytes of one entry: version, then each field as its length in bytes (-1 for NULL) and its UTF-8 text."""
    parts = [struct.pack(">h", version)]
    for value in values:
        data = None if value is None else value.encode()
        parts.append(struct.pack(">i", -1) if data is None else struct.pack(">i", len(data)) + data)
    return b"".join(parts)


def leaf(data: bytes) -> bytes:
    """The RFC 6962 leaf hash of an entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def event_hash(row: Mapping[str, Any]) -> bytes:
    """The hash an event must have. Raises KeyError for an encoding version that no release wrote."""
    return leaf(entry(row["enc"], [as_text(row[name]) for name in ENCODINGS[row["enc"]]]))


def access_hash(row: Mapping[str, Any]) -> bytes:
    """The hash a record of a look must have."""
    return leaf(entry(1, [as_text(row[name]) for name in ACCESS_FIELDS]))
