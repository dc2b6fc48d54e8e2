"""A history of its own to be sealed: entries are written by the application, seals by the sealer's role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from cases.history import merkle, notes
from cases.history.record import record
from cases.history.sealing import actions
from cases.history.sealing.sealer import Sealer


def happens(count: int = 1, key: str = "1") -> None:
    """So many entries in a chain of the tests."""
    for number in range(count):
        record("test.done", about=("config", f"seals-{key}"), payload={"n": number})


def cosign(body: str, *, name: str, key: Ed25519PrivateKey, at: int) -> notes.Signature:
    """What a witness signs: the time and the text."""
    public = key.public_key().public_bytes_raw()
    made = key.sign(f"cosignature/v1\ntime {at}\n{body}".encode())
    return notes.Signature(name, notes.Key(name, notes.WITNESS, public).id, at.to_bytes(8, "big") + made)


def root_of(leaves: list[bytes]) -> bytes:
    """The root over these leaf hashes."""
    edge = merkle.Frontier()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def asked(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The answer of the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    settings.SEAL_KEY_FILE = tmp_path / "seal_key"
    return settings.SEAL_KEY_FILE


@pytest.fixture
def sealer(key_file: Path) -> Callable[[], Sealer]:
    """A sealer with a registered key."""
    actions.change_key(path=key_file, reason="first key")
    return Sealer(key_file)
