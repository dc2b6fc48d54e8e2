"""Are the seals whole? Leaves and entries both ways, every root, every signature, every receipt of a witness."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.history.copied import Columns, Rows, read
from cases.history.merkle import Frontier
from cases.history.report import Finding, Report, stream_rows
from cases.history.signed_check import Signed

SECONDS = 60
"""So long an entry may wait for its seal."""
TABLES = {1: ("cases_event", "event_missing"), 2: ("cases_access", "access_missing")}


def find_orphans(connection: Any, report: Report) -> None:
    """Leaves whose entry is gone. Those of events wait: the chain may tell where they stood."""
    for src, (table, cause) in TABLES.items():
        sql = (
            f"SELECT leaf, ref, hash FROM cases_leaf l WHERE src = %s AND NOT EXISTS "
            f"(SELECT FROM {table} e WHERE e.id = l.ref) ORDER BY leaf"
        )
        for row in stream_rows(connection, sql, [src]):
            if src == 1:
                report.orphans[bytes(row["hash"])] = (str(row["ref"]), row["leaf"])
            else:
                report.add(cause, _("这一条查阅记录不见了，它的叶还在。"), table, row["ref"], leaf=row["leaf"])


def verify_seals(connection: Any, report: Report) -> None:
    """Every leaf in its place, every root, every signed note, every receipt; what waits too long for its seal."""
    for row, place in report.orphans.values():
        report.add("event_missing", _("这一条不见了，它的叶还在。"), "cases_event", row, leaf=place)
    signed = Signed(connection, report)
    signed.verify()
    tree = _Tree(connection, report, signed)
    read(
        connection,
        "SELECT l.leaf::text, l.hash FROM cases_leaf l ORDER BY l.leaf",
        [],
        Rows(2, 0, lambda columns, _body: tree.take(columns)),
    )
    tree.end()
    if signed.sizes:
        _verify_unsealed(connection, report, tree.holes)


@dataclass
class _Stretch:
    """The leaves between two checkpoints that do not give the signed root."""

    begin: Frontier
    end: int
    root: bytes


@dataclass
class _Tree:
    """Adds the leaves up once and compares at every size that somebody signed or saw."""

    connection: Any
    report: Report
    signed: Signed
    edge: Frontier | None = field(default_factory=Frontier)
    begin: Frontier = field(default_factory=Frontier)
    count: int = 0
    next: int = 0
    is_holed: bool = False
    holes: list[Finding] = field(default_factory=list)
    failed: list[_Stretch] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    wrong: list[tuple[str, int]] = field(default_factory=list)
    fork: Finding | None = None

    def __post_init__(self) -> None:
        for row in stream_rows(self.connection, "SELECT level, index, hash FROM cases_tile", []):
            self.tiles[row["level"], row["index"]] = bytes(row["hash"])

    def take(self, columns: Columns) -> None:
        place, leaf = int(columns[0] or 0), columns[1] or b""
        if place > self.count:
            said = _("少了叶，到第 %(last)s 片。") % {"last": place - 1}
            self.holes.append(self.report.add("leaf_missing", said, "cases_leaf", self.count, leaf=self.count))
            self.edge, self.is_holed = None, True
            while self.count < place:
                self._counted()
        self.report.leaves += 1
        if self.edge is not None:
            for level, index, node in self.edge.append(leaf):
                if level % 8 == 0 and self.tiles.get((level, index), node) != node:
                    self.wrong.append((f"{level}/{index}", place))
        self._counted()

    def _counted(self) -> None:
        self.count += 1
        seen = self.signed.seen.get(self.count)
        if seen and self.edge is not None and self.fork is None and any(root != self.edge.root() for root in seen):
            said = _("见证方见过的这个大小的树根与现在不同：历史被整个改写过。")
            self.fork = self.report.add("fork", said, "cases_witnessreceipt", self.count, leaf=self.count - 1)
        sizes = self.signed.sizes
        if self.next < len(sizes) and sizes[self.next] == self.count:
            self._checkpoint()
            self.next += 1

    def _checkpoint(self) -> None:
        root, edge = self.signed.root(self.next), self.edge
        if edge is None or edge.root() != root:
            if not self.is_holed:
                self.failed.append(_Stretch(self.begin, self.count, root))
            edge = self.edge = self._stored(root)
            self.wrong = []  # the leaves are wrong, not the subtrees
        elif hashlib.sha256(edge.stored()).digest() != self.signed.edge(self.next):
            said = _("检查点存的边缘与它的叶不符。")
            self.report.add("tile_changed", said, "cases_checkpoint", self.count, leaf=self.count - 1)
        for row, place in self.wrong:
            self.report.add("tile_changed", _("存的子树与它的叶不符。"), "cases_tile", row, leaf=place)
        self.is_holed, self.wrong = False, []
        if edge is not None:
            self.begin = Frontier(edge.size, [*edge.hashes])

    def _stored(self, root: bytes) -> Frontier | None:
        """The edge that this checkpoint stored, when it gives its root: the next stretch is judged by itself."""
        try:
            edge = Frontier.read(self.count, self.signed.stored(self.next))
        except ValueError:
            return None
        return edge if edge.root() == root else None

    def end(self) -> None:
        """Name each stretch that fails, by the leaf in it when one is doubted; and what is cut off."""
        told = None
        for stretch in self.failed:
            if self._explained(stretch):
                continue
            if told is None:
                said = _("第 %(first)s 到 %(last)s 片叶算不出签过名的树根。") % {
                    "first": stretch.begin.size,
                    "last": stretch.end - 1,
                }
                told = self.report.add("root_differs", said, "cases_checkpoint", stretch.end, leaf=stretch.begin.size)
        last = self.signed.sizes[-1] if self.signed.sizes else 0
        if last > self.count:
            said = _("检查点说有 %(said)s 片叶，只剩 %(there)s 片。") % {"said": last, "there": self.count}
            self.holes.append(self.report.add("leaf_missing", said, "cases_leaf", self.count, leaf=self.count))
        beyond = max(self.signed.seen, default=0)
        if beyond > max(self.count, last):
            said = _("见证方见过 %(said)s 片叶，只剩 %(there)s 片：末尾被截去。") % {
                "said": beyond,
                "there": self.count,
            }
            self.report.add("log_truncated", said, "cases_leaf", self.count, leaf=self.count)

    def _explained(self, stretch: _Stretch) -> bool:
        """Whether a rewritten entry in it is named already, or the root was signed over a doubted entry: then its leaf was changed."""
        broken = [
            found.leaf for found in self.report.findings if found.cause == "link_broken" and found.leaf is not None
        ]
        if any(stretch.begin.size <= leaf < stretch.end for leaf in broken):
            return True
        places = [place for place in self.report.doubts if stretch.begin.size <= place < stretch.end]
        for some in [places, *([place] for place in places)]:
            if some and self._again(stretch, some) == stretch.root:
                for place in some:
                    found = self.report.doubts[place][1]
                    found.cause, found.sentence = "leaf_changed", _("叶与它的记录不符：记录完好，叶被改动。")
                return True
        return False

    def _again(self, stretch: _Stretch, places: list[int]) -> bytes:
        edge = Frontier(stretch.begin.size, [*stretch.begin.hashes])
        sql = "SELECT leaf, hash FROM cases_leaf WHERE leaf >= %s AND leaf < %s ORDER BY leaf"
        for row in stream_rows(self.connection, sql, [stretch.begin.size, stretch.end]):
            edge.append(self.report.doubts[row["leaf"]][0] if row["leaf"] in places else bytes(row["hash"]))
        return edge.root()


def _verify_unsealed(connection: Any, report: Report, holes: list[Finding]) -> None:
    """An entry that waits too long, once there are seals. Where a leaf is gone, this is the entry it stood for."""
    gone = [found for found in report.findings if found.cause == "event_missing" and found.leaf is None]
    if len(gone) == len(holes):
        for found, hole in zip(gone, [*holes], strict=True):
            found.leaf = hole.leaf
            report.findings.remove(hole)
            holes.remove(hole)
    named = {(found.table, found.row) for found in report.findings}
    for src, (table, _cause) in TABLES.items():
        sql = (
            f"SELECT e.id, e.recorded_at, e.recorded_at < relief_now() - %s AS is_late FROM {table} e WHERE NOT EXISTS "
            "(SELECT FROM cases_leaf l WHERE l.src = %s AND l.ref = e.id) ORDER BY e.id LIMIT 10000"
        )
        for row in stream_rows(connection, sql, [timedelta(seconds=SECONDS), src]):
            if holes:
                hole = holes.pop(0)
                hole.sentence, hole.row, hole.table = _("这一条的叶被删去。"), str(row["id"]), table
            elif row["is_late"] and (table, str(row["id"])) not in named:
                report.add("unsealed", _("超过一分钟还没有封存。"), table, row["id"], at=row["recorded_at"])
