"""What is said of seals: how late is late, which key signs which sizes, what of a rotation is signed. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from cases.history import notes

WARN, PAGE = timedelta(seconds=5), timedelta(seconds=60)
"""How long an entry may wait for its seal before a line warns, and before somebody is called."""
RECEIPT = timedelta(hours=24)
"""How old the newest receipt of a witness may be."""
AT_ONCE = 5000
"""So many entries go under one root at most."""
SEALING, CHANGING_KEYS = 7_200_701, 7_200_702
"""Locks: one sealer; no root is signed while a key changes."""


@dataclass(frozen=True)
class KeyRange:
    """A key of the seal and the sizes of trees that it signs, both ends counted in; no end: it signs now."""

    kid: str
    public: bytes
    first: int
    last: int | None

    def signs(self, size: int) -> bool:
        """Whether a root of this size is signed with this key."""
        return self.first <= size and (self.last is None or size <= self.last)


def origin_of(first_key: bytes) -> str:
    """The name of this history in all its notes: that of its first key. It never changes, whatever the site is called."""
    return f"relief-history/{hashlib.sha256(first_key).hexdigest()[:16]}"


def key_of(origin: str, public: bytes) -> notes.Key:
    """A key of the seal as notes know it."""
    return notes.Key(origin, notes.LOG, public)


def kid_of(origin: str, public: bytes) -> str:
    """The short name of a key: the key id of its notes, in hex."""
    return key_of(origin, public).id.hex()


def signer(keys: Iterable[KeyRange], size: int) -> KeyRange | None:
    """The key for a root of this size."""
    return next((key for key in keys if key.signs(size)), None)


def change_text(*, origin: str, old: str, new: str, public: bytes, first: int) -> bytes:
    """What old and new key sign when the key changes: a line each, docs/history.md."""
    line = base64.b64encode(public).decode()
    return f"relief-seal-key/v1\n{origin}\n{old or '-'}\n{new}\n{line}\n{first}\n".encode()


def is_late(waited: timedelta, limit: timedelta) -> bool:
    """Whether an entry waited longer than that."""
    return waited > limit


def grouped(data: bytes) -> str:
    """Bytes in hex, in groups of four digits that a person can compare."""
    digits = data.hex()
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
