#!/usr/bin/env python3
"""Checks the history of a relief office without trusting the office and without its programs (核验).

One file for the Python standard library and `cryptography`; `psycopg2` only for a look into a running database.

    python reliefverify.py bundle FILE-OR-FOLDER [--trust trust.json] [--json]
    python reliefverify.py database DSN          [--trust trust.json] [--json]
    python reliefverify.py proof FILE             --trust trust.json  [--json]
    python reliefverify.py dossier FILE-OR-FOLDER --trust trust.json  [--json]

Exit 0: nothing is wrong. 1: something was tampered with; a line names each root cause, the smallest place first.
2: it cannot be decided (what was given is not readable, or says nothing). The formats stand in docs/history.md.

The trust file is kept by whoever checks. It holds what he has seen with his own eyes, as JSON:
{"log_keys": ["name+key id+base64"], "witness_keys": ["name+key id+base64"], "export_keys": ["name+key id+base64"],
 "receipts": [{"tree_size": 1200, "root": "base64"}]}
"""

from __future__ import annotations

import argparse
import base64
import binascii
import bisect
import contextlib
import hashlib
import io
import json
import struct
import sys
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EVENT, LOOK = 1, 2
STREAM, SEQ, AT, ACTION, KIND_OF, ROW_OF, TXID, PAYLOAD, PREV = 0, 1, 2, 4, 11, 12, 16, 17, 19
FIELDS = {EVENT: 20, LOOK: 12}
CAUSES = {
    "event_changed": "the content of this entry is not what its hash or its leaf says",
    "event_missing": "this entry is gone",
    "event_twice": "this number stands twice in its chain",
    "link_broken": "this entry was rewritten: the next one names another hash",
    "stream_missing": "entries whose chain is gone",
    "chain_empty": "all entries of this chain are gone",
    "head_missing": "this chain has no head",
    "head_wrong": "the head is not the last entry: the end was cut, or the head was changed",
    "time_back": "recorded earlier than the entry before it, or later than its seal",
    "access_changed": "the content of this look is not what its hash or its leaf says",
    "access_missing": "this look is gone",
    "leaf_missing": "this leaf is gone",
    "leaf_changed": "this leaf is not the hash of its entry",
    "leaf_twice": "this leaf number stands twice",
    "unsealed": "this entry is no leaf though a later one is",
    "root_differs": "the leaves do not add up to the signed root",
    "tree_cut": "a checkpoint speaks of more leaves than there are",
    "checkpoint_changed": "the stored checkpoint is not what its signed note says",
    "note_forged": "no known key signed this checkpoint",
    "key_range": "signed by a key outside the sizes for which it was valid",
    "key_unknown": "this key comes from no key that is trusted",
    "receipt_forged": "the cosignature is not of this witness",
    "log_truncated": "a witness has seen a larger tree than there is",
    "fork": "a witness has seen another root for this size",
    "tile_changed": "this stored subtree is not the one of its leaves",
    "out_of_band": "rows changed without an act: nothing in this transaction says why",
    "ledger_differs": "the books do not add up",
    "row_changed": "this row is not what its changes add up to",
    "row_missing": "this row is gone and no entry says that it was deleted",
    "row_without_history": "this row came into being without an entry",
    "change_missing": "two changes of this row do not join",
    "manifest_forged": "no trusted key signed this list of files",
    "file_changed": "this file is not what the signed list says",
    "file_missing": "this file stands in the signed list and is gone",
    "file_added": "this file stands in no signed list",
}


class CannotDecide(Exception):
    """What was given does not allow an answer."""


# --- what is found ----------------------------------------------------------------------------------------------------


@dataclass
class Finding:
    """One root cause with its place."""

    cause: str
    table: str
    row: str = ""
    stream: str = ""
    seq: int | None = None
    leaf: int | None = None
    at: str = ""
    detail: str = ""

    def line(self) -> str:
        parts = [f"{self.table} #{self.row}" if self.row else self.table]
        if self.stream:
            parts.append(f"{self.stream}/{self.seq}" if self.seq is not None else self.stream)
        parts += [f"leaf {self.leaf}"] if self.leaf is not None else []
        parts += [text for text in (self.at, CAUSES[self.cause], self.detail) if text]
        return f"{self.cause}: " + " · ".join(parts)


@dataclass
class Report:
    """What was read and what was found; `notes` are what could not be looked at."""

    events: int = 0
    looks: int = 0
    streams: int = 0
    leaves: int = 0
    checkpoints: int = 0
    receipts: int = 0
    rows: int = 0
    size: int = 0
    pinned: bool = False
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: dict[str, int] = field(default_factory=dict)

    def add(self, finding: Finding) -> Finding:
        """Keep a finding; of one cause at most a thousand are kept, the rest is counted."""
        known = self.hidden.get(finding.cause, 0)
        self.hidden[finding.cause] = known + 1
        if known < 1000:
            self.findings.append(finding)
        return finding

    def sort(self) -> None:
        """The smallest place first: leaves, then chains, then tables."""
        far = 1 << 62
        self.findings.sort(
            key=lambda one: (one.leaf if one.leaf is not None else far, one.stream, one.seq or 0, one.row)
        )

    def as_dict(self) -> dict[str, Any]:
        findings = [{**asdict(one), "sentence": one.line()} for one in self.findings]
        counts = {
            name: getattr(self, name)
            for name in ("events", "looks", "streams", "leaves", "checkpoints", "receipts", "rows")
        }
        more = {cause: count - 1000 for cause, count in self.hidden.items() if count > 1000}
        return {
            "clean": not findings,
            "pinned": self.pinned,
            "tree_size": self.size,
            **counts,
            "findings": findings,
            "more": more,
            "notes": self.notes,
        }


# --- bytes: entries, tree, notes --------------------------------------------------------------------------------------

_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)


def body_of(fields: Iterable[bytes | None]) -> bytes:
    """The fields of an entry as they are hashed: each its length in four bytes, then its text; NULL is the length -1."""
    return b"".join(_NULL if one is None else _LENGTH.pack(len(one)) + one for one in fields)


def entry_hash(enc: int, body: bytes) -> bytes:
    return hashlib.sha256(b"\0" + enc.to_bytes(2, "big") + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The Merkle tree of RFC 6962 while it grows: the roots of its complete subtrees, the largest first."""

    def __init__(self, size: int = 0, tops: Iterable[bytes] = ()) -> None:
        self.size, self.tops = size, list(tops)
        if len(self.tops) != bin(size).count("1"):
            raise ValueError("a tree of this size has another number of subtrees")

    def push(self, leaf: bytes) -> None:
        carry, tops = self.size, self.tops
        while carry & 1:
            leaf = node(tops.pop(), leaf)
            carry >>= 1
        tops.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.tops:
            return hashlib.sha256(b"").digest()
        found = self.tops[-1]
        for top in reversed(self.tops[:-1]):
            found = node(top, found)
        return found


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an inclusion path leads to (RFC 9162, 2.1.3.2); None when the path has the wrong shape."""
    if not 0 <= index < size:
        return None
    first, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            found = node(step, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = node(found, step)
        first, last = first >> 1, last >> 1
    return found if last == 0 else None


@dataclass(frozen=True)
class Key:
    """A public Ed25519 key with its name, as C2SP signed notes know it; kind 1 signs a log, kind 4 is a witness's."""

    name: str
    kind: int
    raw: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.raw).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> Key:
        """`name+key id in hex+base64 of kind and key`."""
        name, keyid, rest = text.strip().split("+", 2)
        data = base64.b64decode(rest, validate=True)
        key = cls(name, data[0], data[1:])
        if len(data) != 33 or key.id.hex() != keyid.lower():
            raise CannotDecide(f"the key {name} in the trust file is damaged")
        return key

    def signed(self, signature: bytes, body: bytes) -> bool:
        """Did this key sign the body of a note? A witness signs the time of its look too (cosignature/v1)."""
        if self.kind == 4:
            body = b"cosignature/v1\ntime " + str(int.from_bytes(signature[:8], "big")).encode() + b"\n" + body
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, body)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Note:
    """A signed note: its body, and (name, key id, signature) of each line below."""

    body: bytes
    size: int
    root: bytes
    lines: tuple[tuple[str, bytes, bytes], ...]


def open_note(text: str) -> Note:
    """Read a checkpoint note. Raises ValueError when it is none."""
    head, gap, tail = text.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise ValueError("no note")
    origin, size, root, *_more = head.split("\n")
    lines = []
    for line in tail.splitlines():
        dash, name, rest = line.split(" ")
        data = base64.b64decode(rest, validate=True)
        if dash != "\u2014" or len(data) < 68:
            raise ValueError("no signature line")
        lines.append((name, data[:4], data[4:]))
    if not origin or not size.isdigit() or str(int(size)) != size:
        raise ValueError("no checkpoint")
    return Note((head + "\n").encode(), int(size), base64.b64decode(root, validate=True), tuple(lines))


def signers(note: Note, keys: Iterable[Key]) -> list[Key]:
    """Those of the keys that signed the note."""
    known = {(key.name, key.id): key for key in keys}
    found = [(known.get((name, keyid)), signature) for name, keyid, signature in note.lines]
    return [key for key, signature in found if key is not None and key.signed(signature, note.body)]


@dataclass
class Trust:
    """What the outsider holds."""

    log_keys: list[Key] = field(default_factory=list)
    witness_keys: list[Key] = field(default_factory=list)
    receipts: list[tuple[int, bytes]] = field(default_factory=list)
    export_keys: list[Key] = field(default_factory=list)

    @classmethod
    def read(cls, path: str | None) -> Trust:
        if not path:
            return cls()
        try:
            data = json.loads(Path(path).read_text("utf-8"))
            receipts = [(int(one["tree_size"]), base64.b64decode(one["root"])) for one in data.get("receipts", [])]
            found = cls(
                [Key.parse(text) for text in data.get("log_keys", [])],
                [Key.parse(text) for text in data.get("witness_keys", [])],
                receipts,
                [Key.parse(text) for text in data.get("export_keys", [])],
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotDecide(f"the trust file is not readable: {error}") from error
        for text in data.get("notes", []):
            note = open_note(text)
            if signers(note, found.log_keys + found.witness_keys):
                found.receipts.append((note.size, note.root))
        return found


# --- the pass over all entries, in the order of their leaves ----------------------------------------------------------


@dataclass
class Tip:
    """The last entry of a chain that was read."""

    seq: int
    hash: bytes
    at: bytes
    row: str
    txid: bytes
    leaf: int | None = None
    other: tuple[bytes, ...] = ()
    doubted: bool = False


class Roots:
    """Which root the tree must have at which size: one per checkpoint, in little memory."""

    MOST_STORED = 48 * 1024 * 1024

    def __init__(self) -> None:
        self.sizes, self.roots, self.tops, self.times = array("q"), bytearray(), bytearray(), bytearray()
        self.stored, self.ends = bytearray(), array("q")

    def add(self, size: int, root: bytes, tops: bytes, at: str) -> None:
        self.sizes.append(size)
        self.times += at.encode().ljust(27)[:27]
        self.roots += root.ljust(32, b"\0")[:32]
        self.tops += hashlib.sha256(tops).digest()
        if len(self.stored) < self.MOST_STORED:
            self.stored += tops
            self.ends.append(len(self.stored))

    def tops_of(self, index: int) -> bytes | None:
        """The stored subtrees of a checkpoint, as far as they were kept."""
        if index >= len(self.ends):
            return None
        return bytes(self.stored[self.ends[index - 1] if index else 0 : self.ends[index]])

    def at(self, size: int) -> bytes | None:
        index = bisect.bisect_left(self.sizes, size)
        found = index < len(self.sizes) and self.sizes[index] == size
        return bytes(self.roots[32 * index : 32 * index + 32]) if found else None


class Sealed:
    """Adds the leaves up and compares with every checkpoint and receipt; a broken stretch does not hide the next one."""

    def __init__(self, report: Report, roots: Roots, seen: dict[int, list[bytes]]) -> None:
        self.report, self.roots, self.seen = report, roots, seen
        self.tree: Tree | None = Tree()
        self.size, self.next = 0, 0
        self.begin, self.stretch = Tree(), bytearray()
        self.doubts: list[tuple[int, bytes, Finding, str]] = []
        self.spoiled, self.latest = False, b""
        self.bad: Finding | None = None
        self.failed: list[tuple[int, int]] = []
        self.forks: Finding | None = None

    def push(self, leaf: bytes, at: bytes = b"") -> None:
        """The next leaf, and when its entry was recorded."""
        self.size += 1
        if at > self.latest:
            self.latest = at
        self.stretch += leaf
        if self.tree is not None:
            self.tree.push(leaf)
        sizes = self.roots.sizes
        if self.size in self.seen:
            self._receipts()
        if self.next < len(sizes) and sizes[self.next] == self.size:
            self._checkpoint(bytes(self.roots.roots[32 * self.next : 32 * self.next + 32]))
            self.next += 1

    def gone(self, count: int) -> None:
        """So many leaves are missing here."""
        self.spoiled, self.tree = True, None
        for _ in range(count):
            self.push(b"\0" * 32)

    def doubt(self, other: bytes, finding: Finding, cause: str) -> None:
        """The leaf that comes next and its entry disagree: if the signed root stands for `other`, the cause is another."""
        self.doubts.append((self.size, other, finding, cause))

    def _checkpoint(self, root: bytes) -> None:
        index = self.next
        if self.tree is None and not self.spoiled:
            return
        if self.tree is None or self.tree.root() != root:
            explained = self.spoiled or self._settle(root)
            self.failed += [] if explained else [(self.begin.size, self.size)]
            if not explained and self.bad is None:
                first = self.begin.size
                self.bad = self.report.add(
                    Finding(
                        "root_differs",
                        "cases_checkpoint",
                        str(self.size),
                        leaf=first,
                        detail=f"leaves {first}..{self.size - 1}",
                    )
                )
            elif not explained and self.bad is not None and "first of several" not in self.bad.detail:
                self.bad.detail += ", first of several"
            self._restart(index)
        elif hashlib.sha256(b"".join(self.tree.tops)).digest() != self.roots.tops[32 * index : 32 * index + 32]:
            self.report.add(
                Finding("tile_changed", "cases_checkpoint", str(self.size), leaf=self.size - 1, detail="frontier")
            )
        if self.latest > bytes(self.roots.times[27 * index : 27 * index + 27]):
            self.report.add(
                Finding("time_back", "cases_checkpoint", str(self.size), leaf=self.size - 1, at=_text(self.latest))
            )
        self.doubts, self.spoiled, self.latest = [], False, b""
        if self.tree is not None:
            self.begin, self.stretch = Tree(self.tree.size, self.tree.tops), bytearray()

    def _settle(self, root: bytes) -> bool:
        """Whether the doubted leaves of this stretch explain the other root; sets their cause right."""
        if not self.doubts:
            return False
        other = {index: leaf for index, leaf, _finding, _cause in self.doubts}
        if self._again(other) == root:
            for _index, _leaf, finding, cause in self.doubts:
                finding.cause = cause
            return True
        for index, leaf, finding, cause in self.doubts:
            if self._again({index: leaf}) == root:
                finding.cause = cause
                return True
        return False

    def _again(self, other: dict[int, bytes]) -> bytes:
        tree = Tree(self.begin.size, self.begin.tops)
        for at in range(0, len(self.stretch), 32):
            tree.push(other.get(tree.size, bytes(self.stretch[at : at + 32])))
        return tree.root()

    def _restart(self, index: int) -> None:
        """Go on from the subtrees that the checkpoint stored, when they add up to its root."""
        self.tree, self.stretch = None, bytearray()
        stored = self.roots.tops_of(index)
        if stored is not None and len(stored) == 32 * bin(self.size).count("1"):
            tree = Tree(self.size, [stored[at : at + 32] for at in range(0, len(stored), 32)])
            if tree.root() == self.roots.at(self.size):
                self.tree = tree

    def cut(self) -> list[Finding]:
        """Leaves that a checkpoint speaks of behind the last one that is there."""
        last = self.roots.sizes[-1] if self.roots.sizes else 0
        until = f"..{last - 1}" if last - 1 > self.size else ""
        return [Finding("tree_cut", "cases_leaf", f"{self.size}{until}", leaf=self.size)] if last > self.size else []

    def _receipts(self) -> None:
        here = self.tree.root() if self.tree is not None else None
        if here is not None and any(root != here for root in self.seen[self.size]) and self.forks is None:
            self.forks = self.report.add(
                Finding(
                    "fork", "cases_witnessreceipt", str(self.size), leaf=self.size - 1, detail="first of those seen"
                )
            )

    def end(self) -> None:
        broken = [one.leaf for one in self.report.findings if one.cause == "link_broken" and one.leaf is not None]
        if self.bad and all(any(first <= leaf < last for leaf in broken) for first, last in self.failed):
            self.report.findings.remove(self.bad)  # the entry that was rewritten is named already
        last = self.roots.sizes[-1] if self.roots.sizes else 0
        beyond = sorted(size for size in self.seen if size > max(self.size, 0))
        if beyond and last <= self.size:
            self.report.add(
                Finding(
                    "log_truncated",
                    "cases_leaf",
                    leaf=self.size,
                    detail=f"{beyond[-1]} leaves were seen, {self.size} are there",
                )
            )


class Log:
    """Every entry once: hash, number, link, time, leaf, act; what is missing is named when all has been read."""

    def __init__(self, report: Report, sealed: Sealed, times: Callable[[int], str], exempt: Exempt) -> None:
        self.report, self.sealed = report, sealed
        self.tips: dict[int, Tip] = {}
        self.orphans: dict[bytes, Finding] = {}
        self.changed: list[tuple[Finding, list[bytes | None], int, bytes]] = []
        self.gaps: list[tuple[int, int, int, Finding]] = []
        self.holes: list[Finding] = []
        self.copies: set[int] = set()
        self.late: list[Finding] = []
        self.next_leaf = 0
        self.sealed_until = times
        self.acts = Acts(report, exempt)
        self.books = Books(report)
        self.placed: list[tuple[Finding, int]] = []

    def take(
        self, leaf: int | None, sealed: bytes | None, src: int, ref: int, enc: int, fields: list[bytes | None] | None,
        stored: bytes, body: bytes = b"",
    ) -> None:  # fmt: skip
        """The next entry: its leaf (None: not sealed yet), and its columns (None: there is a leaf and no entry)."""
        if leaf is not None:
            self._place(leaf)
        if fields is None:
            self._orphan(leaf, sealed or b"", src, ref)
            return
        right = entry_hash(enc, body or body_of(fields))
        finding = None
        if right != stored:
            finding = self._changed(leaf, src, ref, fields)
            if src == EVENT and len(self.changed) < 1000:
                self.changed.append((finding, fields, enc, stored))
        elif sealed is not None and sealed != stored:
            finding = self._changed(leaf, src, ref, fields)
            self.sealed.doubt(stored, finding, "leaf_changed")
        if sealed is not None:
            if finding is not None and right != stored and sealed != stored:
                self.sealed.doubt(stored, finding, finding.cause)
            self.sealed.push(sealed, (fields[AT] if src == EVENT else fields[0]) or b"" if finding is None else b"")
        if src == LOOK:
            self.report.looks += 1
        else:
            self.report.events += 1
            self._chain(leaf, ref, fields, stored, right, sealed, finding)
            if finding is None:
                self.acts.take(ref, fields)
                if fields[KIND_OF] in Books.TABLES:
                    self.books.take(fields)
        if leaf is None and self.next_leaf and not (src == EVENT and ref in self.copies):
            self._unsealed(src, ref, fields)

    def _place(self, leaf: int) -> None:
        if leaf > self.next_leaf:
            until = f"..{leaf - 1}" if leaf - 1 > self.next_leaf else ""
            self.holes.append(Finding("leaf_missing", "cases_leaf", f"{self.next_leaf}{until}", leaf=self.next_leaf))
            self.sealed.gone(leaf - self.next_leaf)
        elif leaf < self.next_leaf:
            self.report.add(Finding("leaf_twice", "cases_leaf", str(leaf), leaf=leaf))
        self.next_leaf = leaf + 1
        self.report.leaves += 1

    def _orphan(self, leaf: int | None, sealed: bytes, src: int, ref: int) -> None:
        cause, table = ("event_missing", "cases_event") if src == EVENT else ("access_missing", "cases_access")
        self.orphans[sealed] = self.report.add(Finding(cause, table, str(ref), leaf=leaf))
        self.sealed.push(sealed.ljust(32, b"\0")[:32])

    def _changed(self, leaf: int | None, src: int, ref: int, fields: list[bytes | None]) -> Finding:
        if src == LOOK:
            return self.report.add(Finding("access_changed", "cases_access", str(ref), leaf=leaf, at=_text(fields[0])))
        found = self.report.add(
            Finding("event_changed", "cases_event", str(ref), seq=_number(fields[SEQ]), leaf=leaf, at=_text(fields[AT]))
        )
        self.placed.append((found, _number(fields[STREAM])))
        return found

    def _chain(
        self, leaf: int | None, ref: int, fields: list[bytes | None], stored: bytes, right: bytes, sealed: bytes | None,
        finding: Finding | None,
    ) -> None:  # fmt: skip
        stream, seq, at = _number(fields[STREAM]), _number(fields[SEQ]), fields[AT] or b""
        tip = self.tips.get(stream)
        expected = tip.seq + 1 if tip else 1
        if (
            finding is not None or seq != expected or (tip and tip.doubted)
        ):  # what is doubted may have been the act of its neighbours
            self.acts.excused |= {fields[TXID] or b"", tip.txid if tip else b""}
        if finding is not None and seq != expected:
            return  # moved: where it was there is a gap
        if seq < expected:
            if not (tip and tip.doubted) and not (leaf is None and self._filled(stream, seq)):
                self._add("event_twice", stream, seq, ref, leaf, at)
                self.copies.add(ref)
            return
        prev = binascii.unhexlify(fields[PREV] or b"")
        if seq > expected:
            self._gap(stream, expected, seq - 1, prev, fields)
        elif finding is None and prev != (tip.hash if tip else b"") and not (tip and prev in tip.other):
            self._broken(stream, tip, seq, ref, leaf, at, prev)
        if tip is not None and at < tip.at and finding is None and not tip.doubted:
            self._add("time_back", stream, seq, ref, leaf, at)
        other = (right, sealed or right) if finding is not None else ()
        self.tips[stream] = Tip(seq, stored, at, str(ref), fields[TXID] or b"", leaf, other, finding is not None)

    def _broken(
        self, stream: int, tip: Tip | None, seq: int, ref: int, leaf: int | None, at: bytes, prev: bytes
    ) -> None:
        if prev in self.orphans:
            self.orphans[prev].detail = f"before {ref}"
        elif tip is None:
            self._add("link_broken", stream, seq, ref, leaf, at)
        else:
            self._add("link_broken", stream, tip.seq, int(tip.row), tip.leaf, tip.at)

    def _gap(self, stream: int, first: int, last: int, prev: bytes, fields: list[bytes | None]) -> None:
        orphan = self.orphans.get(prev)
        if orphan is not None:
            orphan.seq = first
            orphan.detail = f"{first}..{last}" if last > first else ""
            self.placed.append((orphan, stream))
            return
        text = f"{first}..{last}" if last > first else ""
        found = Finding("event_missing", "cases_event", seq=first, at=_text(fields[AT]), detail=text)
        self.placed.append((found, stream))
        self.gaps.append((stream, first, last, found))

    def _filled(self, stream: int, seq: int) -> bool:
        """An entry whose leaf is gone comes after all others: its place is no gap."""
        for number, (one, first, last, found) in enumerate(self.gaps):
            if one == stream and first <= seq <= last:
                if first == last:
                    del self.gaps[number]
                else:
                    self.gaps[number] = (one, first + (seq == first), last - (seq == last), found)
                return True
        return False

    def _unsealed(self, src: int, ref: int, fields: list[bytes | None]) -> None:
        at = _text(fields[AT] if src == EVENT else fields[0])
        is_old = bool(at) and at < self.sealed_until(60)
        if not is_old and len(self.late) > self.MOST_LATE:
            return
        found = Finding(
            "unsealed" if is_old else "", "cases_event" if src == EVENT else "cases_access", str(ref), at=at
        )
        if src == EVENT:
            found.seq = _number(fields[SEQ])
            self.placed.append((found, _number(fields[STREAM])))
        self.late.append(found)

    MOST_LATE = 10_000

    def _add(self, cause: str, stream: int, seq: int, ref: int, leaf: int | None, at: bytes) -> None:
        found = self.report.add(Finding(cause, "cases_event", str(ref), seq=seq, leaf=leaf, at=_text(at)))
        self.placed.append((found, stream))

    def end(self, streams: Iterable[tuple[int, str, str, int | None, bytes]]) -> None:
        """All has been read: heads, what was moved, what is missing."""
        self._moved()
        self.holes += self.sealed.cut()
        self._holes()
        self.sealed.end()
        self.books.end()
        names: dict[int, str] = {}
        wanted = {stream for _found, stream in self.placed}
        doubted = {stream for _found, stream in self.placed}
        for stream, kind, key, seq, head in streams:
            self.report.streams += 1
            name = f"{kind}/{key}"
            if stream in wanted:
                names[stream] = name
            self._head(name, self.tips.pop(stream, None), seq, head, stream in doubted)
        for stream, tip in self.tips.items():
            self.report.add(Finding("stream_missing", "cases_stream", str(stream), seq=tip.seq, at=_text(tip.at)))
        self.acts.end()
        for found, stream in self.placed:
            found.stream = names.get(stream, f"stream/{stream}")

    def _head(self, name: str, tip: Tip | None, seq: int | None, head: bytes, doubted: bool) -> None:
        if tip is None:
            if not any(not found.stream and found.seq is None for found in self.orphans.values()):
                self.report.add(Finding("chain_empty", "cases_stream", stream=name, seq=0))
        elif seq is None:
            self.report.add(Finding("head_missing", "cases_streamhead", tip.row, name, tip.seq, at=_text(tip.at)))
        elif (seq != tip.seq or head not in (tip.hash, *tip.other)) and not doubted:
            orphan = self.orphans.get(head)
            self.acts.excused.add(tip.txid)
            if any(stored == head for _found, _fields, _enc, stored in self.changed):
                return  # the last entry was moved, and is named
            if orphan is not None:
                orphan.stream, orphan.seq = name, seq
            else:
                self.report.add(Finding("head_wrong", "cases_streamhead", tip.row, name, tip.seq, at=_text(tip.at)))

    def _moved(self) -> None:
        """An entry whose content says another chain or number accounts for the gap it left."""
        for found, fields, enc, stored in self.changed:
            for gap in self.gaps:
                stream, first, last, _missing = gap
                there = list(fields)
                there[STREAM], there[SEQ] = str(stream).encode(), str(first).encode()
                if first == last and entry_hash(enc, body_of(there)) == stored:
                    found.detail = f"was number {first} of chain {stream}"
                    self.gaps.remove(gap)
                    break

    def _holes(self) -> None:
        """A leaf that is gone belongs to an entry that is gone with it, or to the first entry without one."""
        gaps = [found for _stream, _first, _last, found in self.gaps]
        many = sum(_width(hole) for hole in self.holes)
        if self.holes and many == sum(last - first + 1 for _s, first, last, _f in self.gaps):
            for found, hole in zip(gaps, self.holes, strict=False):
                found.leaf = hole.leaf
            self.holes = []
        self.late.sort(key=lambda one: (one.at, int(one.row)))
        if self.holes and many <= len(self.late):
            for hole in self.holes:
                for found in self.late[: _width(hole)]:
                    found.cause, found.leaf = "leaf_missing", hole.leaf
                    self.report.add(found)
                del self.late[: _width(hole)]
            self.holes = []
        for found in [*gaps, *self.holes, *(one for one in self.late if one.cause)]:
            self.report.add(found)


def _width(hole: Finding) -> int:
    first, _dots, last = hole.row.partition("..")
    return int(last or first) - int(first) + 1


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace") if value else ""


def _number(value: bytes | None) -> int:
    return int(value or b"0")


# --- acts behind row changes, and the books -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Exempt:
    """Rows that legally change without an act, with the reason; (table, kind of actor) or (table, '')."""

    pairs: frozenset[tuple[str, str]] = frozenset()


class Acts:
    """A transaction that changed rows must hold an act as well. Transactions far behind are closed and forgotten."""

    KEPT = 200_000

    def __init__(self, report: Report, exempt: Exempt) -> None:
        self.report, self.exempt = report, exempt
        self.excused: set[bytes] = set()
        self.young: dict[bytes, tuple[int, list[bytes | None]] | None] = {}
        self.old: dict[bytes, tuple[int, list[bytes | None]] | None] = {}

    def take(self, ref: int, fields: list[bytes | None]) -> None:
        txid = fields[TXID] or b""
        if not (fields[ACTION] or b"").startswith(b"row."):
            self.young[txid] = None
            self.old.pop(txid, None)
        elif txid not in self.young:
            if txid in self.old:
                self.young[txid] = self.old.pop(txid)
            elif (_text(fields[KIND_OF]), "") not in self.exempt.pairs:
                self.young[txid] = (ref, [*fields[:PAYLOAD], None])
            if len(self.young) > self.KEPT:
                self._close(self.old)
                self.old, self.young = self.young, {}

    def _close(self, these: dict[bytes, tuple[int, list[bytes | None]] | None]) -> None:
        for txid, first in these.items():
            if first is not None and txid not in self.excused:
                ref, fields = first
                what = f"{_text(fields[ACTION])} of {_text(fields[KIND_OF])} #{_text(fields[ROW_OF])} by {_text(fields[16 - 1])}, transaction {_text(txid)}"
                self.report.add(
                    Finding(
                        "out_of_band",
                        "cases_event",
                        str(ref),
                        f"stream/{_text(fields[STREAM])}",
                        _number(fields[SEQ]),
                        at=_text(fields[AT]),
                        detail=what,
                    )
                )

    def end(self) -> None:
        self._close(self.old)
        self._close(self.young)


class Books:
    """The ledger as history tells it: what was paid was posted, what was freed was voided, in the same amount."""

    TABLES = (b"cases_ledgertransfer", b"cases_payout")

    def __init__(self, report: Report) -> None:
        self.report = report
        self.ends: dict[str, tuple[str, int]] = {}
        self.held: dict[str, int] = {}
        self.payouts: dict[str, tuple[str, str, int]] = {}

    def take(self, fields: list[bytes | None]) -> None:
        action, row = fields[ACTION], _text(fields[ROW_OF])
        if action not in (b"row.insert", b"row.update"):
            return
        try:
            said = json.loads(fields[PAYLOAD] or b"{}")
            if fields[KIND_OF] == b"cases_ledgertransfer":
                if said["kind"] == "pending":
                    self.held[said["id"]] = said["amount_fen"]
                elif said["kind"] in ("post", "void"):
                    self.ends[said["pending_id"]] = (said["kind"], said["amount_fen"])
            elif action == b"row.insert":
                self.payouts[row] = (said["state"], said["reservation_id"], said["amount_fen"])
            else:
                state, held, amount = self.payouts.get(row, ("", "", 0))
                new = {name: change[1] for name, change in said.items()}
                self.payouts[row] = (
                    new.get("state", state),
                    new.get("reservation_id", held),
                    new.get("amount_fen", amount),
                )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            self.report.notes.append(f"the change of {_text(fields[KIND_OF])} #{row} is not readable")

    def end(self) -> None:
        for row, (state, held, amount) in self.payouts.items():
            kind, moved = self.ends.get(held, ("", 0))
            wanted = {"paid": "post", "returned": "", "void": "void"}.get(state, "")
            wrong = (wanted and (kind, moved) != (wanted, amount)) or (held in self.held and self.held[held] != amount)
            if wrong and state != "returned":
                detail = f"payout is {state} with {amount} fen, the books say {kind or 'held'} {moved or self.held.get(held)}"
                self.report.add(Finding("ledger_differs", "cases_payout", row, detail=detail))


# --- what is signed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SealKey:
    """A row of the key register: from which size to which (both counted in) this key signs."""

    kid: str
    raw: bytes
    first: int
    last: int | None


@dataclass(frozen=True)
class Checkpoint:
    size: int
    root: bytes
    at: str
    note: str
    tops: bytes


@dataclass(frozen=True)
class Receipt:
    size: int
    root: bytes
    witness: str
    line: str


class Seals:
    """Every checkpoint's signature and key, every receipt's cosignature; gathers what the tree must be at which size."""

    def __init__(
        self, report: Report, trust: Trust, keys: list[SealKey], witnesses: list[Key], rotations: Iterable[str] = ()
    ) -> None:
        self.report, self.trust, self.keys = report, trust, keys
        self.witnesses = trust.witness_keys or witnesses
        self.roots, self.seen = Roots(), dict[int, list[bytes]]()
        self.first: dict[str, Finding] = {}
        self.last_at = ""
        self.good = self._good(rotations)
        report.pinned = bool(trust.log_keys)

    def _good(self, rotations: Iterable[str]) -> set[bytes]:
        """The raw keys that may sign: those pinned, and those that a trusted key handed over to."""
        if not self.trust.log_keys:
            return {key.raw for key in self.keys}
        good = {key.raw for key in self.trust.log_keys}
        for text in rotations:
            found = handed_over(text)
            if found is not None and any(found[2](raw) for raw in good):
                good.add(found[1])
        for key in self.keys:
            if key.raw not in good:
                self._say("key_unknown", "cases_sealkey", key.kid, key.first)
        return good

    def _say(self, cause: str, table: str, row: str, size: int, detail: str = "") -> None:
        """One line for a cause, at its first place; the others are counted."""
        known = self.first.get(cause)
        if known is None:
            self.first[cause] = self.report.add(Finding(cause, table, row, leaf=max(size - 1, 0), detail=detail))
        elif "first of several" not in known.detail:
            known.detail = f"{known.detail} first of several".strip()

    def checkpoint(self, one: Checkpoint) -> None:
        """One checkpoint. What is signed for its size counts; a stored root beside it may have been changed alone."""
        self.report.checkpoints += 1
        self.report.size = max(self.report.size, one.size)
        self.last_at = max(self.last_at, one.at)
        root = one.root
        try:
            note = open_note(one.note)
        except ValueError:
            self._say("checkpoint_changed", "cases_checkpoint", str(one.size), one.size, "the note is not readable")
        else:
            root = self._opened(one, note)
        self.roots.add(one.size, root, one.tops, later(one.at, 5))

    def _opened(self, one: Checkpoint, note: Note) -> bytes:
        """The root that the tree must have, by a note that was read."""
        row, name = str(one.size), note.lines[0][0]
        signed = {
            key.raw for key in signers(note, [Key(name, 1, raw) for raw in {key.raw for key in self.keys} | self.good])
        }
        if (note.size, note.root) != (one.size, one.root):
            self._say("checkpoint_changed", "cases_checkpoint", row, one.size)
            return note.root if note.size == one.size and signed & self.good else one.root
        if not signed & self.good:
            if not signed:  # else by a key that is named already
                self._say("note_forged", "cases_checkpoint", row, one.size)
        elif not any(
            key.first <= one.size and (key.last is None or one.size <= key.last)
            for key in self.keys
            if key.raw in signed
        ):
            self._say("key_range", "cases_checkpoint", row, one.size)
        return one.root

    def receipt(self, one: Receipt) -> None:
        """A receipt that lies beside the log: its cosignature must be of its witness, its root of this tree."""
        self.report.receipts += 1
        keys = [key for key in self.witnesses if key.name == one.witness]
        if keys and not self._cosigned(one, keys):
            self._say("receipt_forged", "cases_witnessreceipt", f"{one.witness}/{one.size}", one.size)
            return
        self._want(one.size, one.root)

    def _cosigned(self, one: Receipt, keys: list[Key]) -> bool:
        try:
            dash, name, rest = one.line.strip().split(" ")
            data = base64.b64decode(rest, validate=True)
        except ValueError:
            return False
        body = f"{self.origin}\n{one.size}\n{base64.b64encode(one.root).decode()}\n".encode()
        return dash == "\u2014" and any(
            key.name == name and key.id == data[:4] and key.signed(data[4:], body) for key in keys
        )

    origin = ""

    def own(self) -> None:
        """What the outsider saw himself."""
        for size, root in self.trust.receipts:
            self._want(size, root)

    def _want(self, size: int, root: bytes) -> None:
        if self.roots.at(size) != root and root not in self.seen.setdefault(size, []):
            self.seen[size].append(root)


def handed_over(text: str) -> tuple[str, bytes, Callable[[bytes], bool]] | None:
    """A change of keys: the old key's id, the new key, and whether a key is the old one that signed it. None: not in order."""
    try:
        said = json.loads(text)
        new, before = base64.b64decode(said["public_key"]), base64.b64decode(said["signed_by_old"])
        body = "\n".join(
            [
                "relief-seal-key/v1",
                said["origin"],
                said["old"] or "-",
                said["new"],
                said["public_key"],
                str(said["from_size"]),
                "",
            ]
        ).encode()
        Ed25519PublicKey.from_public_bytes(new).verify(base64.b64decode(said["signed_by_new"]), body)
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return None
    return str(said["old"]), new, lambda raw: Key(said["origin"], 1, raw).signed(before, body)


def later(at: str, seconds: int) -> str:
    """A time as entries write it, moved."""
    try:
        moved = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) + timedelta(seconds=seconds)
    except ValueError:
        return at
    return moved.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# --- where it is read from ----------------------------------------------------------------------------------------------


class Bundle:
    """What `manage.py export_bundle` wrote: a zip file, or the folder that it was unpacked to."""

    now = ""
    errors: tuple[type[Exception], ...] = ()

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        try:
            self.zip = None if self.path.is_dir() else zipfile.ZipFile(self.path)
            self.manifest = json.loads("".join(self.lines("manifest.json")))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise CannotDecide(f"{path} is no bundle: {error}") from error
        if self.manifest.get("format") != "relief-bundle/1":
            raise CannotDecide("the bundle is of a kind that this program does not know")
        self.origin = str(self.manifest.get("origin", ""))

    def lines(self, name: str) -> Iterator[str]:
        stream = (self.path / name).open("rb") if self.zip is None else self.zip.open(name)
        with stream, io.TextIOWrapper(stream, "utf-8", newline="\n") as text:
            yield from text

    def rows(self, name: str) -> Iterator[list[Any]]:
        for line in self.lines(name):
            yield json.loads(line)

    def seal_keys(self) -> list[SealKey]:
        return [SealKey(kid, bytes.fromhex(raw), first, last) for kid, raw, first, last, *_ in self.rows("keys.ndjson")]

    def witnesses(self) -> list[Key]:
        return [Key(name, 4, bytes.fromhex(raw)) for name, raw, *_ in self.rows("witnesses.ndjson")]

    def rotations(self) -> Iterator[str]:
        return (payload for (payload,) in self.rows("rotations.ndjson"))

    def checkpoints(self) -> Iterator[Checkpoint]:
        for size, root, at, note, tops in self.rows("checkpoints.ndjson"):
            yield Checkpoint(size, bytes.fromhex(root), at, note, bytes.fromhex(tops))

    def receipts(self) -> Iterator[Receipt]:
        for size, root, witness, line in self.rows("receipts.ndjson"):
            yield Receipt(size, bytes.fromhex(root), witness, line)

    def streams(self) -> Iterator[tuple[int, str, str, int | None, bytes]]:
        for pk, kind, key, seq, head in self.rows("streams.ndjson"):
            yield pk, kind, key, seq, bytes.fromhex(head or "")

    def entries(self, take: Callable[..., None]) -> None:
        unhex = binascii.unhexlify
        for leaf, sealed, src, ref, *rest in self.rows("entries.ndjson"):
            if not rest:
                take(leaf, unhex(sealed or ""), src, ref, 0, None, b"")
                continue
            enc, stored, *texts = rest
            fields = [None if text is None else text.encode() for text in texts]
            if len(fields) != FIELDS.get(src):
                raise CannotDecide(f"entry {ref} has {len(fields)} fields")
            take(leaf, None if sealed is None else unhex(sealed), src, ref, enc, fields, unhex(stored))


_TIME = """pg_catalog.to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_EVENT = ", ".join(
    [f"e.{name}::text" for name in ("stream_id", "seq")]
    + [_TIME.format("e.recorded_at"), "pg_catalog.to_char(e.happened_on, 'YYYY-MM-DD')"]
    + [
        f"e.{name}::text"
        for name in (
            "action", "outcome", "actor", "actor_kind", "acting_role", "acting_office", "on_behalf_of", "object_type",
            "object_id", "purpose", "request_id", "db_user", "txid", "payload",
        )
    ]
    + ["pg_catalog.encode(e.nonce, 'hex')", "pg_catalog.encode(e.prev, 'hex')"]
)  # fmt: skip
_LOOK = ", ".join(
    [_TIME.format("a.recorded_at")]
    + [
        f"a.{name}::text"
        for name in (
            "actor",
            "acting_role",
            "acting_office",
            "action",
            "object_type",
            "object_id",
            "case_id",
            "fields",
            "purpose",
            "request_id",
        )
    ]
    + ["pg_catalog.encode(a.nonce, 'hex')"]
)
_SEALED = f"""
SELECT l.leaf::text, l.src::text, l.ref::text, l.hash, e.enc::text, e.hash, {_EVENT}, a.hash,
    CASE WHEN a.id IS NOT NULL THEN pg_catalog.json_build_array({_LOOK})::text END
FROM public.cases_leaf l LEFT JOIN public.cases_event e ON l.src = 1 AND e.id = l.ref
LEFT JOIN public.cases_access a ON l.src = 2 AND a.id = l.ref ORDER BY l.leaf"""
_OPEN_EVENTS = f"""
SELECT NULL::text, '1', e.id::text, NULL::bytea, e.enc::text, e.hash, {_EVENT}, NULL::bytea, NULL::text
FROM public.cases_event e WHERE NOT EXISTS (SELECT FROM public.cases_leaf l WHERE l.src = 1 AND l.ref = e.id) ORDER BY e.id"""
_OPEN_LOOKS = f"""
SELECT NULL::text, '2', a.id::text, NULL::bytea, NULL::text, NULL::bytea, {", ".join(["NULL::text"] * 20)}, a.hash,
    pg_catalog.json_build_array({_LOOK})::text
FROM public.cases_access a WHERE NOT EXISTS (SELECT FROM public.cases_leaf l WHERE l.src = 2 AND l.ref = a.id) ORDER BY a.id"""


class Copied:
    """What COPY ... (FORMAT binary) sends, row by row. A text is written there as entries are hashed: length, then UTF-8."""

    COLUMNS, BODY = 28, (6, 25)

    def __init__(self, take: Callable[..., None]) -> None:
        self.take, self.rest, self.begun = take, b"", False

    def write(self, data: bytes) -> int:
        buffer = self.rest + data if self.rest else data
        at, end = 0, len(buffer)
        if not self.begun:
            if end < 19:
                self.rest = buffer
                return len(data)
            at, self.begun = 19, True
        length_at, body = _LENGTH.unpack_from, self.BODY
        while at + 2 <= end and buffer[at : at + 2] != b"\xff\xff":
            place, columns, first, last = at + 2, [], 0, 0
            for number in range(self.COLUMNS):
                if place + 4 > end:
                    break
                if number == body[0]:
                    first = place
                (length,) = length_at(buffer, place)
                place += 4
                if length < 0:
                    columns.append(None)
                else:
                    columns.append(buffer[place : place + length])
                    place += length
                if number == body[1]:
                    last = place
            if len(columns) < self.COLUMNS or place > end:
                break
            self._row(columns, buffer[first:last])
            at = place
        self.rest = buffer[at:] if buffer[at : at + 2] != b"\xff\xff" else b""
        return len(data)

    def _row(self, columns: list[bytes | None], body: bytes) -> None:
        leaf, src, ref, sealed, enc, stored = columns[:6]
        number, kind, which = int(leaf) if leaf is not None else None, int(src or 0), int(ref or 0)
        if stored is not None:
            self.take(number, sealed, kind, which, int(enc or 0), columns[6:26], stored, body)
        elif columns[26] is not None:
            texts = json.loads(columns[27] or b"[]")
            self.take(
                number, sealed, kind, which, 1, [None if one is None else one.encode() for one in texts], columns[26]
            )
        else:
            self.take(number, sealed, kind, which, 0, None, b"")


class Database:
    """A running database, read in one snapshot and never written."""

    BATCH = 2000

    def __init__(self, dsn: str = "", link: Any = None) -> None:
        try:
            import psycopg2
        except ImportError as error:
            raise CannotDecide("psycopg2 is not installed here: check a bundle instead") from error
        self.errors: tuple[type[Exception], ...] = (psycopg2.Error,)
        if link is None:
            try:
                link = psycopg2.connect(dsn)
                link.set_session(isolation_level="REPEATABLE READ", readonly=True)
            except psycopg2.Error as error:
                raise CannotDecide(f"the database does not answer: {type(error).__name__}") from error
        self.link = link
        with self.link.cursor() as cursor:
            cursor.execute(
                "SET LOCAL timezone = 'UTC'; SET LOCAL client_encoding = 'UTF8'; SET LOCAL enable_hashjoin = off; "
                "SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0"
            )
            cursor.execute(f"SELECT {_TIME.format('pg_catalog.clock_timestamp()')}")
            self.now = str(cursor.fetchone()[0])
        first = next(self.checkpoints(), None)
        self.origin = first.note.split("\n", 1)[0] if first else ""

    def rows(self, sql: str, params: Any = None) -> Iterator[tuple[Any, ...]]:
        Database._cursors += 1
        with self.link.cursor(f"reliefverify_{Database._cursors}") as cursor:
            cursor.itersize = self.BATCH
            cursor.execute(sql, params)
            yield from cursor

    _cursors = 0

    def seal_keys(self) -> list[SealKey]:
        sql = (
            "SELECT kid, public_key, valid_from_size, valid_to_size FROM public.cases_sealkey ORDER BY valid_from_size"
        )
        return [SealKey(kid, bytes(raw), first, last) for kid, raw, first, last in self.rows(sql)]

    def witnesses(self) -> list[Key]:
        return [
            Key(name, 4, bytes(raw))
            for name, raw in self.rows("SELECT name, public_key FROM public.cases_witness ORDER BY id")
        ]

    def rotations(self) -> Iterator[str]:
        sql = "SELECT payload FROM public.cases_event WHERE action = 'seal.key' ORDER BY id"
        return (str(payload) for (payload,) in self.rows(sql))

    def checkpoints(self) -> Iterator[Checkpoint]:
        sql = f"SELECT tree_size, root, {_TIME.format('at')}, note, frontier FROM public.cases_checkpoint ORDER BY tree_size"
        for size, root, at, note, tops in self.rows(sql):
            yield Checkpoint(size, bytes(root), at, note, bytes(tops))

    def receipts(self) -> Iterator[Receipt]:
        sql = "SELECT tree_size, root, witness, cosignature FROM public.cases_witnessreceipt ORDER BY tree_size"
        for size, root, witness, line in self.rows(sql):
            yield Receipt(size, bytes(root), witness, line)

    def streams(self) -> Iterator[tuple[int, str, str, int | None, bytes]]:
        sql = "SELECT s.id, s.kind, s.key, h.seq, h.hash FROM public.cases_stream s LEFT JOIN public.cases_streamhead h ON h.stream_id = s.id ORDER BY s.id"
        for pk, kind, key, seq, head in self.rows(sql):
            yield pk, kind, key, seq, bytes(head or b"")

    def entries(self, take: Callable[..., None]) -> None:
        with self.link.cursor() as cursor:
            for sql in (_SEALED, _OPEN_EVENTS, _OPEN_LOOKS):
                cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT binary)", Copied(take))


# --- tables against their changes (a running database alone) -----------------------------------------------------------


class Rows:
    """Each row of a watched table as it is now, against the sum of the changes that history holds of it."""

    def __init__(self, base: Database, report: Report) -> None:
        self.base, self.report = base, report
        self.doubted = {one.row for one in report.findings if one.table == "cases_event"}

    def check(self) -> None:
        sql = (
            "SELECT c.relname, t.tgnargs, encode(t.tgargs, 'escape'), (SELECT array_agg(a.attname::text) FROM pg_catalog.pg_attribute a "
            "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), pg_catalog.has_table_privilege(c.oid, 'SELECT') FROM pg_catalog.pg_trigger t "
            "JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'row_history' ORDER BY c.relname"
        )
        for table, count, text, columns, is_open in list(self.base.rows(sql)):
            if not is_open:
                self.report.notes.append(f"{table} may not be read with this sign-in: not compared with its changes")
                continue
            skip = text.split("\\000")[:count][2:]
            self._table(table, next(name for name in ("id", "code", "case_id") if name in columns), set(skip))

    def _table(self, table: str, key: str, skip: set[str]) -> None:
        past, present = self._past(table), self._present(table, key, skip)
        left, right = next(past, None), next(present, None)
        while left is not None or right is not None:
            if right is None or (left is not None and left[0] < right[0]):
                self._compare(table, left, None)
                left = next(past, None)
            elif left is None or right[0] < left[0]:
                self._compare(table, None, right)
                right = next(present, None)
            else:
                self._compare(table, left, right)
                left, right = next(past, None), next(present, None)

    def _past(self, table: str) -> Iterator[tuple[bytes, dict[str, Any] | None, str, bool]]:
        """Of each row its sum, what does not join, and whether one of its entries is doubted already."""
        sql = (
            "SELECT e.object_id, e.id::text AS event, e.action, e.payload FROM public.cases_event e WHERE object_type = %s "
            "AND action IN ('row.insert', 'row.update', 'row.delete') ORDER BY e.object_id COLLATE \"C\", e.id"
        )
        row, state, torn, doubted = None, None, "", False
        for one, event, action, payload in self.base.rows(sql, [table]):
            if one != row:
                if row is not None:
                    yield row.encode(), state, torn, doubted
                row, state, torn, doubted = one, None, "", False
            doubted = doubted or event in self.doubted
            try:
                said = json.loads(payload, parse_float=str)
                if action == "row.insert":
                    state = said
                elif action == "row.delete":
                    state = None
                else:
                    base = state if state is not None else {name: change[0] for name, change in said.items()}
                    torn = torn or ("" if state is not None else "update before insert")
                    torn = torn or ", ".join(
                        name for name, change in said.items() if name in base and base[name] != change[0]
                    )
                    state = {**base, **{name: change[1] for name, change in said.items()}}
            except (ValueError, TypeError, AttributeError, IndexError):
                torn = torn or f"entry {event} is not readable"
        if row is not None:
            yield row.encode(), state, torn, doubted

    def _present(self, table: str, key: str, skip: set[str]) -> Iterator[tuple[bytes, dict[str, Any]]]:
        plain = {name for name in skip if not name.startswith("#")}
        digest = {name[1:] for name in skip if name.startswith("#")}
        sql = f'SELECT t."{key}"::text, pg_catalog.to_jsonb(t)::text FROM public."{table}" t ORDER BY t."{key}"::text COLLATE "C"'
        for row, text in self.base.rows(sql):
            self.report.rows += 1
            now = json.loads(text, parse_float=str)
            for name in [*now]:
                value = now[name]
                if name in plain:
                    del now[name]
                elif isinstance(value, str) and value.startswith(("s1.", "s2.")):
                    now[name] = "commitment:" + (value.split(".") + [""] * 4)[3]
                elif name in digest and value is not None:
                    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                    now[name] = "digest:" + hashlib.sha256(said.encode()).hexdigest()
            yield row.encode(), now

    def _compare(
        self,
        table: str,
        past: tuple[bytes, dict[str, Any] | None, str, bool] | None,
        present: tuple[bytes, dict[str, Any]] | None,
    ) -> None:
        row = (past or present or (b"",))[0].decode()
        if past is None:
            self.report.add(Finding("row_without_history", table, row))
            return
        _key, state, torn, doubted = past
        if doubted:
            return
        if state is None and present is not None:
            self.report.add(Finding("row_without_history", table, row, detail="it was deleted"))
        elif state is not None and present is None:
            self.report.add(Finding("row_missing", table, row))
        elif state is not None and present is not None:
            wrong = sorted(name for name, value in present[1].items() if name in state and state[name] != value)
            if wrong:
                self.report.add(Finding("row_changed", table, row, detail=", ".join(wrong)))
        if torn:
            self.report.add(Finding("change_missing", table, row, detail=torn))


def balances(base: Database, report: Report) -> None:
    """Each account's four counters against the transfers (V13)."""
    sql = """
    SELECT a.id, a.code, ARRAY[a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending]::numeric[], ARRAY[
        coalesce(sum(t.amount_fen) FILTER (WHERE t.debit_id = a.id AND t.kind IN ('single', 'post')), 0),
        coalesce(sum(t.amount_fen) FILTER (WHERE t.credit_id = a.id AND t.kind IN ('single', 'post')), 0),
        coalesce(sum(CASE t.kind WHEN 'pending' THEN t.amount_fen WHEN 'single' THEN 0 ELSE -t.amount_fen END) FILTER (WHERE t.debit_id = a.id), 0),
        coalesce(sum(CASE t.kind WHEN 'pending' THEN t.amount_fen WHEN 'single' THEN 0 ELSE -t.amount_fen END) FILTER (WHERE t.credit_id = a.id), 0)]
    FROM public.cases_ledgeraccount a LEFT JOIN public.cases_ledgertransfer t ON a.id IN (t.debit_id, t.credit_id)
    GROUP BY a.id ORDER BY a.id"""
    for pk, code, stand, summed in base.rows(sql):
        if stand != summed:
            detail = f"{code}: {[int(one) for one in stand]}, its transfers give {[int(one) for one in summed]} fen"
            report.add(Finding("ledger_differs", "cases_ledgeraccount", str(pk), detail=detail))


# --- the whole check ----------------------------------------------------------------------------------------------------


def check(source: Bundle | Database, trust: Trust) -> Report:
    """核验: everything that the source holds, in one pass over the entries."""
    report = Report()
    try:
        seals = Seals(report, trust, source.seal_keys(), source.witnesses(), source.rotations())
        seals.origin = source.origin
        for one in source.checkpoints():
            seals.checkpoint(one)
        for receipt in source.receipts():
            seals.receipt(receipt)
        seals.own()
        reference = max(seals.last_at, source.now)
        log = Log(report, Sealed(report, seals.roots, seals.seen), lambda seconds: later(reference, -seconds), EXEMPT)
        source.entries(log.take)
        log.end(source.streams())
        if isinstance(source, Database):
            Rows(source, report).check()
            balances(source, report)
        else:
            report.notes.append("a bundle holds no tables: they were not compared with their changes")
    except (ValueError, TypeError, KeyError, zipfile.BadZipFile, OSError, EOFError, *source.errors) as error:
        raise CannotDecide(f"not readable: {type(error).__name__}: {error}".strip()) from error
    unknown = next((one for one in report.findings if one.cause == "key_unknown"), None)
    if unknown is not None:
        for fork in [one for one in report.findings if one.cause == "fork"]:
            unknown.detail = f"a witness has seen another root for size {fork.row}"
            report.findings.remove(fork)
    if not trust.log_keys:
        report.notes.append("no trust file: a whole rewriting with a new key would not be seen")
    if not report.checkpoints:
        report.notes.append("nothing is sealed")
    report.sort()
    return report


EXEMPT = Exempt()


# --- the proof of one case ----------------------------------------------------------------------------------------------


def check_proof(proof: dict[str, Any], trust: Trust) -> Report:
    """A proof file (存证文件): every entry by its hash, its link and a path from the last of them to a signed root."""
    if proof.get("format") != "relief-proof/1":
        raise CannotDecide("the file is no proof")
    report = Report()
    note = open_note(proof["note"])
    keys = [SealKey(kid, bytes.fromhex(raw), first, last) for kid, raw, first, last in proof["keys"]]
    seals = Seals(report, trust, keys, [], proof.get("rotations", []))
    seals.checkpoint(Checkpoint(note.size, note.root, "", proof["note"], b""))
    report.receipts = len(
        signers(Note(note.body, note.size, note.root, _lines(proof.get("cosignatures", []))), trust.witness_keys)
    )
    for size, root in trust.receipts:
        if size == note.size and root != note.root:
            report.add(Finding("fork", "cases_witnessreceipt", str(size)))
    name = f"{proof['stream']['kind']}/{proof['stream']['key']}"
    paths = {int(leaf): [bytes.fromhex(one) for one in path] for leaf, path in proof["paths"].items()}
    before, covered = (0, b""), False
    for leaf, src, ref, enc, stored, *texts in proof["entries"]:
        fields = [None if text is None else text.encode() for text in texts]
        hash_, cause = entry_hash(enc, body_of(fields)), ""
        if hash_.hex() != stored or len(fields) != FIELDS.get(src):
            cause = "event_changed" if src == EVENT else "access_changed"
        elif leaf in paths and root_from_path(hash_, leaf, note.size, paths[leaf]) != note.root:
            cause = "root_differs"
        elif src == LOOK and leaf is not None and leaf < note.size and leaf not in paths:
            cause = "leaf_missing"
        if src == LOOK:
            report.looks += 1
            if cause:
                report.add(Finding(cause, "cases_access", str(ref), leaf=leaf, at=_text(fields[0])))
            continue
        seq = _number(fields[SEQ]) if len(fields) > SEQ else 0
        report.events += 1
        if fields[STREAM] != str(proof["stream"]["id"]).encode() or (not cause and seq != before[0] + 1):
            cause = cause or "event_missing"
        elif not cause and binascii.unhexlify(fields[PREV] or b"") != before[1]:
            cause = "link_broken"
        if cause:
            report.add(
                Finding(cause, "cases_event", str(ref), name, seq, leaf, _text(fields[AT]) if len(fields) > AT else "")
            )
        before, covered = (seq, hash_), leaf in paths or (covered and leaf is None)
    if not covered and not report.findings:
        raise CannotDecide("the last entries have no path to the root: they were not sealed yet")
    report.sort()
    return report


def _lines(texts: Iterable[str]) -> tuple[tuple[str, bytes, bytes], ...]:
    found = []
    for text in texts:
        _dash, name, rest = text.strip().split(" ")
        data = base64.b64decode(rest)
        found.append((name, data[:4], data[4:]))
    return tuple(found)


# --- the dossier of one case --------------------------------------------------------------------------------------------

LISTS = ("manifest.json", "manifest.sig")
ENTRY = (
    "stream_id", "seq", "recorded_at", "happened_on", "action", "outcome", "actor", "actor_kind", "acting_role",
    "acting_office", "on_behalf_of", "object_type", "object_id", "purpose", "request_id", "db_user", "txid", "payload",
    "nonce", "prev",
)  # fmt: skip


class Dossier:
    """A dossier (封存卷宗): the zip file, or the folder it was unpacked to."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        try:
            self.zip = None if self.path.is_dir() else zipfile.ZipFile(self.path)
            self.body = self.read("manifest.json")
            self.manifest = json.loads(self.body)
            self.lines = _lines(self.read("manifest.sig").decode().splitlines())
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise CannotDecide(f"{path} is no dossier: {type(error).__name__}") from error
        if self.manifest.get("format") != "relief-dossier/1":
            raise CannotDecide("the dossier is of a kind that this program does not know")

    def names(self) -> set[str]:
        if self.zip is not None:
            return {name for name in self.zip.namelist() if not name.endswith("/")}
        return {one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if not one.is_dir()}

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes() if self.zip is None else self.zip.read(name)


def check_dossier(dossier: Dossier, trust: Trust) -> Report:
    """Every file against the signed list, every entry against its hash and the next one, and the proof against its root."""
    report = Report()
    proof = _proof_in(dossier, trust, report)
    if not trust.export_keys:
        report.notes.append("no export_keys in the trust file: who signed the list of files was not looked at")
    elif not signers(Note(dossier.body, 0, b"", dossier.lines), trust.export_keys):
        report.add(Finding("manifest_forged", "manifest.json"))
    listed = {one["name"]: one for one in dossier.manifest["files"]}
    there = dossier.names() - {*LISTS}
    for name in sorted({*listed} | there):
        if name not in there or name not in listed:
            report.add(Finding("file_missing" if name in listed else "file_added", name))
            continue
        data = dossier.read(name)
        if (len(data), hashlib.sha256(data).hexdigest()) != (listed[name]["size"], listed[name]["sha256"]):
            report.add(Finding("file_changed", name))
    for fault in dossier.manifest.get("faults", []):
        report.notes.append(f"{fault['name']} was no more what it was when the dossier was made: {fault['why']}")
    _entries_in(dossier, proof, report)
    return report


def _proof_in(dossier: Dossier, trust: Trust, report: Report) -> dict[int, str]:
    """The hash of each proved entry by its number."""
    if "proof.json" not in dossier.names():
        report.notes.append("there is no proof: nothing of this case was sealed")
        return {}
    proof = json.loads(dossier.read("proof.json"))
    if trust.log_keys:
        found = check_proof(proof, trust)
        report.findings, report.receipts, report.pinned = found.findings, found.receipts, found.pinned
    else:
        report.notes.append("no log_keys in the trust file: the proof was not looked at")
    return {int(entry[5 + SEQ]): entry[4] for entry in proof["entries"]}


def _entries_in(dossier: Dossier, proved: dict[int, str], report: Report) -> None:
    before, seq, left = b"", 0, dict(proved)
    for line in dossier.read("events.jsonl").decode().splitlines():
        entry = json.loads(line)
        fields = [None if entry[name] is None else entry[name].encode() for name in ENTRY]
        number, cause = int(entry["seq"]), ""
        known = left.pop(number, entry["hash"])
        if entry_hash(entry["enc"], body_of(fields)).hex() != entry["hash"] or known != entry["hash"]:
            cause = "event_changed"
        elif number != seq + 1:
            cause = "event_missing"
        elif binascii.unhexlify(entry["prev"]) != before:
            cause = "link_broken"
        if cause:
            report.add(Finding(cause, "events.jsonl", seq=number, stream=str(dossier.manifest["case"])))
        before, seq = binascii.unhexlify(entry["hash"]), number
        report.events += 1
    report.streams = 1
    if before.hex() != dossier.manifest["head"] or left:
        report.add(Finding("head_wrong", "events.jsonl", stream=str(dossier.manifest["case"])))


# --- the command --------------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="reliefverify.py", description="Checks the history of a relief office without its programs."
    )
    parser.add_argument("what", choices=["bundle", "database", "proof", "dossier"])
    parser.add_argument("where", help="the bundle or dossier, the address of the database, or the proof file")
    parser.add_argument("--trust", metavar="FILE", help="what you hold yourself: keys of log and witnesses, receipts")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    given = parser.parse_args(arguments)
    try:
        trust = Trust.read(given.trust)
        if given.what == "proof":
            report = _read_proof(given.where, trust)
        elif given.what == "dossier":
            report = _read_dossier(given.where, trust)
        else:
            report = _read_bundle(given.where, trust) if given.what == "bundle" else check(Database(given.where), trust)
    except CannotDecide as reason:
        print(json.dumps({"clean": None, "reason": str(reason)}) if given.json else f"Cannot decide: {reason}.")
        return 2
    if given.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        show(report)
    return 1 if report.findings else 0


def check_case(bundle: Bundle, trust: Trust) -> Report:
    """A bundle of one case: as its proof, with a path for each entry and each look."""
    stream = next(bundle.streams(), None)
    last = next(bundle.checkpoints(), None)
    if stream is None or last is None:
        raise CannotDecide("nothing of this case is sealed")
    order: dict[int, list[Any]] = {}
    for leaf, _sealed, src, ref, *rest in bundle.rows("entries.ndjson"):
        if not rest:
            raise CannotDecide("an entry of this case is gone: check the whole history")
        order[int(rest[3]) if src == EVENT else (1 << 62) + ref] = [leaf, src, ref, *rest]
    proof = {
        "format": "relief-proof/1", "note": last.note, "stream": {"id": stream[0], "kind": stream[1], "key": stream[2]},
        "entries": [order[key] for key in sorted(order)], "rotations": list(bundle.rotations()),
        "keys": [[key.kid, key.raw.hex(), key.first, key.last] for key in bundle.seal_keys()],
        "paths": {str(leaf): path for leaf, path in bundle.rows("paths.ndjson")},
        "cosignatures": [one.line for one in bundle.receipts() if (one.size, one.root) == (last.size, last.root)],
    }  # fmt: skip
    report = check_proof(proof, trust)
    if trust.log_keys:
        report.pinned = True
    return report


def _read_bundle(path: str, trust: Trust) -> Report:
    bundle = Bundle(path)
    if not bundle.manifest.get("case"):
        return check(bundle, trust)
    try:
        return check_case(bundle, trust)
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        raise CannotDecide(f"the bundle is not readable: {type(error).__name__}") from error


def _read_proof(path: str, trust: Trust) -> Report:
    if not trust.log_keys:
        raise CannotDecide("a proof needs the key of the log: give --trust")
    try:
        return check_proof(json.loads(Path(path).read_text("utf-8")), trust)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotDecide(f"the proof is not readable: {type(error).__name__}") from error


def _read_dossier(path: str, trust: Trust) -> Report:
    try:
        return check_dossier(Dossier(path), trust)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile) as error:
        raise CannotDecide(f"the dossier is not readable: {type(error).__name__}") from error


def show(report: Report) -> None:
    for finding in report.findings:
        print(finding.line())
    for note in report.notes:
        print(f"note: {note}")
    said = f"{len(report.findings)} root causes" if report.findings else "nothing is wrong"
    print(
        f"{said}: {report.events} entries, {report.looks} looks, {report.streams} chains, {report.leaves} leaves, "
        f"{report.checkpoints} checkpoints, {report.receipts} receipts, {report.rows} rows; tree size {report.size}, "
        f"{'key pinned' if report.pinned else 'key not pinned'}"
    )


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
