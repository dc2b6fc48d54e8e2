"""The sealed tree as it lies in the database: any part of it is found again through at most a few hundred rows."""

from __future__ import annotations

from typing import Any

from cases.history import merkle
from cases.history.merkle import Frontier, Node

STEP = 8
"""Levels between kept roots: a tile stands over 256 leaves or over 256 tiles."""


def node_source(cursor: Any) -> Node:
    """The root of a full subtree, out of leaves and tiles. Raises LookupError when one of them is missing."""

    def node(level: int, index: int) -> bytes:
        kept = level - level % STEP
        count = 1 << (level - kept)
        return _combined(_kept(cursor, kept, index * count, count))

    return node


def _kept(cursor: Any, level: int, first: int, count: int) -> list[bytes]:
    if level == 0:
        cursor.execute(
            "SELECT hash FROM cases_leaf WHERE leaf >= %s AND leaf < %s ORDER BY leaf", [first, first + count]
        )
    else:
        cursor.execute(
            "SELECT hash FROM cases_tile WHERE level = %s AND index >= %s AND index < %s ORDER BY index",
            [level, first, first + count],
        )
    found = [bytes(row[0]) for row in cursor.fetchall()]
    if len(found) != count:
        raise LookupError(f"the sealed tree lacks {count - len(found)} nodes of level {level} from {first} on")
    return found


def _combined(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [merkle.parent(hashes[place], hashes[place + 1]) for place in range(0, len(hashes), 2)]
    return hashes[0]


def frontier(cursor: Any, size: int) -> Frontier:
    """The edge of the tree of the first `size` leaves, counted from leaves and tiles."""
    return merkle.frontier_at(size, node_source(cursor))
