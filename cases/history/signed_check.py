"""What was signed of the tree: notes with their keys, and what witnesses sent back."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from typing import Any

from django.utils.translation import gettext as _

from cases.history import notes
from cases.history.report import Finding, Report, stream_rows


class Signed:
    """签名与回执: reads every checkpoint and receipt once; keeps of each checkpoint its size, root and the digest of its edge."""

    def __init__(self, connection: Any, report: Report) -> None:
        self.connection, self.report = connection, report
        self.sizes = array("q")
        self.roots, self.edges = bytearray(), bytearray()
        self.seen: dict[int, list[bytes]] = {}
        self.kept: dict[int, bytes] = {}
        self.origin = ""
        self.first: dict[str, Finding] = {}
        self.keys = [
            (bytes(row["public_key"]), row["valid_from_size"], row["valid_to_size"])
            for row in stream_rows(
                connection, "SELECT public_key, valid_from_size, valid_to_size FROM cases_sealkey ORDER BY 2", []
            )
        ]

    def root(self, number: int) -> bytes:
        """The root of the checkpoint of this number."""
        return bytes(self.roots[32 * number : 32 * number + 32])

    def edge(self, number: int) -> bytes:
        """The digest of its stored edge."""
        return bytes(self.edges[32 * number : 32 * number + 32])

    def stored(self, number: int) -> bytes:
        """Its stored edge, where so many were kept."""
        return self.kept.get(self.sizes[number], b"")

    def verify(self) -> None:
        """Every note against its row and its key, every receipt against its witness."""
        sql = "SELECT tree_size, root, at, note, frontier FROM cases_checkpoint ORDER BY tree_size"
        for row in stream_rows(self.connection, sql, []):
            self._checkpoint(row)
        self._receipts()

    def _checkpoint(self, row: dict[str, Any]) -> None:
        size, edge = row["tree_size"], bytes(row["frontier"])
        self.report.checkpoints += 1
        self.sizes.append(size)
        self.roots += self._opened(row, size, bytes(row["root"])).ljust(32, b"\0")[:32]
        self.edges += hashlib.sha256(edge).digest()
        if len(self.kept) < 100_000:
            self.kept[size] = edge

    def _opened(self, row: dict[str, Any], size: int, root: bytes) -> bytes:
        """The root that the tree must have: what is signed for this size counts more than what stands beside it."""
        try:
            note = notes.read_note(row["note"])
            said = notes.read_checkpoint(note.body)
        except notes.WrongNote:
            self._say("checkpoint_changed", _("签名文本读不出来。"), size)
            return root
        self.origin = self.origin or said.origin
        signers = [key for key in self.keys if notes.is_signed(note, notes.Key(said.origin, notes.LOG, key[0]))]
        if (said.size, said.root, said.origin) != (size, root, self.origin):
            self._say("checkpoint_changed", _("检查点与它签过名的文本不符。"), size)
            return said.root if signers and said.size == size else root
        if not signers:
            self._say("note_forged", _("登记的密钥没有签过这个检查点。"), size)
        elif not any(first <= size and (last is None or size <= last) for _public, first, last in signers):
            self._say("key_range", _("签名的密钥在这个大小时不在用。"), size)
        return root

    def _receipts(self) -> None:
        rows = stream_rows(self.connection, "SELECT name, public_key FROM cases_witness", [])
        keys = {row["name"]: notes.Key(row["name"], notes.WITNESS, bytes(row["public_key"])) for row in rows}
        sql = "SELECT id, tree_size, root, witness, cosignature FROM cases_witnessreceipt ORDER BY tree_size"
        for row in stream_rows(self.connection, sql, []):
            self.report.receipts += 1
            size, root, key = row["tree_size"], bytes(row["root"]), keys.get(row["witness"])
            if key is not None and not self._is_cosigned(row, key):
                self._say("receipt_forged", _("回执的签名不是这个见证方的。"), size, "cases_witnessreceipt", row["id"])
            elif self._root_at(size) != root:
                self.seen.setdefault(size, []).append(root)

    def _is_cosigned(self, row: dict[str, Any], key: notes.Key) -> bool:
        body = notes.Checkpoint(self.origin, row["tree_size"], bytes(row["root"])).body()
        try:
            return notes.cosigned_at(body, notes.read_signature(row["cosignature"]), key) is not None
        except notes.WrongNote:
            return False

    def _root_at(self, size: int) -> bytes | None:
        place = bisect_left(self.sizes, size)
        return self.root(place) if place < len(self.sizes) and self.sizes[place] == size else None

    def _say(self, cause: str, sentence: str, size: int, table: str = "cases_checkpoint", row: object = "") -> None:
        """One line a cause, at its first place."""
        if cause not in self.first:
            self.first[cause] = self.report.add(cause, sentence, table, row or size, leaf=max(0, size - 1))
