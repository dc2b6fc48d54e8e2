"""The Merkle tree of RFC 6962 and RFC 9162 over leaf hashes: its root, its growing edge, proofs and their checks. Pure.

Everything takes leaf hashes, not entries: the hash of an entry is its leaf hash (docs/history.md). Nothing holds more than
the edge of the tree in memory; what lies deeper is asked of `node(level, index)`, the root of the full subtree that stands
over the leaves from index * 2**level to (index + 1) * 2**level.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Node = Callable[[int, int], bytes]
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """边缘: the roots of the full subtrees of a tree of `size` leaves, the largest first. Enough to go on and to tell the root."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    @classmethod
    def read(cls, size: int, data: bytes) -> Frontier:
        """Out of its stored bytes. Raises ValueError when they are not those of a tree of this size."""
        if size < 0 or len(data) != 32 * size.bit_count():
            raise ValueError(f"a frontier of {size} leaves has {size.bit_count()} hashes, not {len(data) / 32:g}")
        return cls(size, [data[place : place + 32] for place in range(0, len(data), 32)])

    def stored(self) -> bytes:
        """The bytes that are stored: the hashes, one after another."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; answers the full subtrees above it that it completed: level, index, hash."""
        full, index, node = [], self.size, leaf
        level = 0
        while index & 1:
            node = parent(self.hashes.pop(), node)
            index, level = index >> 1, level + 1
            full.append((level, index, node))
        self.hashes.append(node)
        self.size += 1
        return full

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return _fold(self.hashes)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over full subtrees that stand side by side, the largest first."""
    if not hashes:
        return EMPTY
    node = hashes[-1]
    for left in reversed(hashes[:-1]):
        node = parent(left, node)
    return node


def frontier_at(size: int, node: Node) -> Frontier:
    """The edge as it was when the tree had `size` leaves."""
    return Frontier(size, _full_subtrees(0, size, node))


def inclusion_proof(leaf: int, size: int, node: Node) -> list[bytes]:
    """包含证明: the hashes that lead from a leaf to the root of the first `size` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= leaf < size:
        raise ValueError(f"leaf {leaf} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if leaf < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """一致性证明: the hashes that show that the first `first` of `second` leaves are the earlier tree (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError(f"a tree of {second} did not grow from one of {first}")
    path: list[bytes] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(start, end, node))
    return path[::-1]


def includes(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from this leaf at this place to this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, node = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            node = parent(step, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = parent(node, step)
        here, last = here >> 1, last >> 1
    return last == 0 and node == root


def grew(*, first: int, second: int, old: bytes, new: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of root `new` begins with the tree of root `old` (RFC 9162, 2.1.4.2)."""
    if first == second:
        return first > 0 and not path and old == new
    if not 0 < first < second or not path:
        return False
    steps = list(path) if first & (first - 1) else [old, *path]
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = parent(step, before), parent(step, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = parent(after, step)
        here, last = here >> 1, last >> 1
    return last == 0 and before == old and after == new


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(start: int, end: int, node: Node) -> bytes:
    return _fold(_full_subtrees(start, end, node))


def _full_subtrees(start: int, end: int, node: Node) -> list[bytes]:
    """The full subtrees of a range that begins where a subtree of its size may begin."""
    found = []
    for level in range((end - start).bit_length() - 1, -1, -1):
        if (end - start) >> level & 1:
            found.append(node(level, start >> level))
            start += 1 << level
    return found
