"""Is each chain whole? Reads every event and look once, in little memory, and names each fault with its place."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.history.chain import ACCESS_FIELDS, ENCODINGS, EVENT_FIELDS, entry, leaf
from cases.history.copied import Columns, Rows, as_hashed, leaf_of, read, text_of, time_of
from cases.history.report import Finding, Report, Scope, stream_rows

ENC, ID, HASH, SEALED, LEAF, KIND, KEY, HEAD_SEQ, HEAD_HASH = range(20, 29)
AT, ACTION, OBJECT_TYPE, OBJECT_ID, TXID, PREV = 2, 4, 11, 12, 16, 19
_NULL = b"\xff\xff\xff\xff"


class Entry:
    """One event as it was sent: the columns that are read often, and the rest as they came."""

    __slots__ = ("body", "columns", "enc", "hash", "id", "leaf", "right", "sealed", "seq", "stream")

    def __init__(self, columns: Columns, body: bytes) -> None:
        self.columns, self.body = columns, body
        self.stream, self.seq, self.enc = columns[0] or b"", int(columns[1] or 0), int(columns[ENC] or 0)
        self.id, self.hash, self.sealed = columns[ID] or b"", columns[HASH] or b"", columns[SEALED]
        self.leaf = int(columns[LEAF] or 0) if columns[LEAF] is not None else None
        self.right = leaf_of(self.enc, body) if self.enc in ENCODINGS else None

    @property
    def name(self) -> str:
        """The chain it hangs on."""
        if self.columns[KIND] is None:
            return f"stream/{self.stream.decode()}"
        return f"{text_of(self.columns[KIND])}/{text_of(self.columns[KEY])}"

    def fits(self, there: Entry, seq: int) -> bool:
        """Whether it is the event that stood at this number of that chain before somebody moved it."""
        texts = [None if one is None else one.decode("utf-8", "replace") for one in self.columns[: len(EVENT_FIELDS)]]
        texts[0], texts[1] = there.stream.decode(), str(seq)
        return any(leaf(entry(enc, texts)) == self.hash for enc in {self.enc, 1} if enc in ENCODINGS)


def verify_chains(connection: Any, scope: Scope, report: Report) -> None:
    """Every event against its hash, its number, its leaf and the one before it; every chain against its head."""
    where, params = scope.events()
    chains = _Chains(report)
    read(
        connection,
        f"SELECT {as_hashed('e', EVENT_FIELDS)}, e.enc::text, e.id::text, e.hash, l.hash, l.leaf::text, s.kind::text, "
        "s.key::text, h.seq::text, h.hash FROM cases_event e LEFT JOIN cases_stream s ON s.id = e.stream_id "
        "LEFT JOIN cases_streamhead h ON h.stream_id = e.stream_id "
        f"LEFT JOIN cases_leaf l ON l.src = 1 AND l.ref = e.id {where} ORDER BY e.stream_id, e.seq, e.id",
        params,
        Rows(HEAD_HASH + 1, len(EVENT_FIELDS), lambda columns, body: chains.take(Entry(columns, body))),
    )
    chains.end()
    _verify_empty_chains(connection, scope, report)


class _Chains:
    """Walks events in order of chain and number; what is missing waits for the end, where moved rows are matched."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.last: Entry | None = None
        self.accepted: set[bytes] = set()
        self.changed: list[Entry] = []
        self.gaps: list[tuple[Entry, int, int]] = []
        self.links: list[tuple[Entry, str, str]] = []

    def take(self, row: Entry) -> None:
        self.report.events += 1
        last = self.last
        if last is None or last.stream != row.stream:
            self._close()
            self.report.streams += 1
            last, self.accepted = None, {b""}
        expected = last.seq + 1 if last is not None else 1
        right = row.right == row.hash
        self._excuse(last, row, is_whole=right and row.seq == expected)
        if not right:
            self._distrust(row)
        else:
            if row.sealed is not None and row.sealed != row.hash:
                self._differs(row)
            if (row.columns[ACTION] or b"").startswith(b"row."):
                self.report.tables.add(text_of(row.columns[OBJECT_TYPE]))
            if row.seq == expected:
                self._link(last, row)
            elif row.seq < expected:
                self._add(row, "event_twice", _("同一序号出现了两次。"))
        if row.seq > expected:
            self.gaps.append((row, expected, row.seq - 1))
        if row.columns[KIND] is None:
            self.links.append((row, "stream_missing", _("所属的链已不存在。")))
        self.accepted = {one for one in (row.hash, row.right, row.sealed) if one is not None}
        self.last = row

    def _excuse(self, last: Entry | None, row: Entry, *, is_whole: bool) -> None:
        if not is_whole or (last is not None and last.right != last.hash):
            self.report.excused |= {text_of(one.columns[TXID]) for one in (last, row) if one is not None}

    def _distrust(self, row: Entry) -> None:
        self.changed.append(row)
        self.report.distrusted.add((text_of(row.columns[OBJECT_TYPE]), text_of(row.columns[OBJECT_ID])))

    def _differs(self, row: Entry) -> None:
        """Entry and leaf disagree and the entry fits its own hash: the signed root will say which of the two was changed."""
        found = self._add(row, "event_changed", _("内容连同摘要被改写：与封存的叶不符。"))
        assert row.leaf is not None
        self.report.doubts[row.leaf] = (row.hash, found)

    def _link(self, last: Entry | None, row: Entry) -> None:
        if bytes.fromhex(text_of(row.columns[PREV])) in self.accepted:
            before = (last.columns[AT] or b"") if last is not None and last.right == last.hash else b""
            if (row.columns[AT] or b"") < before:
                self._add(row, "time_back", _("记录时间早于前一条。"))
        elif last is None:
            self.links.append((row, "link_broken", _("第一条却写着前面还有一条。")))
        else:
            self.links.append((last, "link_broken", _("这一条被改写或替换：后一条记着的是另一个摘要。")))

    def _close(self) -> None:
        row = self.last
        if row is None:
            return
        head = row.columns[HEAD_SEQ]
        if head is None:
            self.links.append((row, "head_missing", _("这条链没有链头。")))
        elif int(head) != row.seq or (row.columns[HEAD_HASH] or b"") not in self.accepted:
            self.report.excused.add(text_of(row.columns[TXID]))
            gone = self.report.orphans.pop(row.columns[HEAD_HASH] or b"", None)
            if gone is not None:
                found = self.report.add(
                    "event_missing", _("这条链的末尾被删去。"), "cases_event", stream=row.name, seq=int(head)
                )
                found.row, found.leaf = gone
                return
            self.links.append((row, "head_wrong", _("链头不是最后一条：末尾被删、被加或链头被改。")))

    def end(self) -> None:
        """Report, with one line a cause: a row that was moved accounts for the gap it left."""
        self._close()
        self.last = None
        moved = set()
        for row in self.changed:
            home = next((gap for gap in self.gaps if gap[1] == gap[2] and row.fits(gap[0], gap[1])), None)
            for gap in self.gaps:
                if gap == home or gap[0] is row:  # where it says it stands, nothing need be missing before it
                    moved.add(gap[:2])
            sentence = _("内容与它的摘要不符：有人改动了这一条。")
            if home:
                place = {"stream": home[0].name, "seq": home[1]}
                sentence = _("这一条被移动过，原来是 %(stream)s 第 %(seq)s 条。") % place
            self._add(row, "event_changed", sentence)
        touched, hashes = {row.stream for row in self.changed}, {row.hash for row in self.changed}
        for gap in self.gaps:
            if gap[:2] not in moved:
                self._missing(*gap)
        for row, cause, sentence in self.links:
            if cause != "head_wrong" or (row.stream not in touched and row.columns[HEAD_HASH] not in hashes):
                self._add(row, cause, sentence)

    def _missing(self, after: Entry, first: int, last: int) -> None:
        """A number that is not there; when its leaf still is, the row is known too."""
        said = _("序号不连续：少了这一条。")
        if last > first:
            said = _("序号不连续：从这一条到第 %(last)s 条都不见了。") % {"last": last}
        found = self.report.add("event_missing", said, "cases_event", stream=after.name, seq=first)
        gone = self.report.orphans.pop(bytes.fromhex(text_of(after.columns[PREV])), None)
        if gone is not None:
            found.row, found.leaf = gone

    def _add(self, row: Entry, cause: str, sentence: str) -> Finding:
        at = time_of(row.columns[AT])
        return self.report.add(
            cause, sentence, "cases_event", row.id.decode(), stream=row.name, seq=row.seq, at=at, leaf=row.leaf
        )


def _verify_empty_chains(connection: Any, scope: Scope, report: Report) -> None:
    where, params = scope.events()
    narrow = f"{where} AND" if where else "WHERE"
    sql = (
        "SELECT s.id, s.kind, s.key FROM cases_stream s "
        f"{narrow} NOT EXISTS (SELECT FROM cases_event e WHERE e.stream_id = s.id) ORDER BY s.id"
    )
    for row in stream_rows(connection, sql, params):
        name = f"{row['kind']}/{row['key']}"
        report.add("chain_empty", _("这条链的记录全部不见了。"), "cases_event", stream=name, seq=0)


def verify_looks(connection: Any, scope: Scope, report: Report) -> None:
    """Every record of a look against its own hash and its leaf."""
    where, params = scope.looks()
    width = len(ACCESS_FIELDS)

    def take(columns: Columns, body: bytes) -> None:
        report.looks += 1
        row, stored, sealed, number = columns[width:]
        if leaf_of(1, body) == stored and sealed in (None, stored):
            return
        place = int(number) if number is not None else None
        said = _("查阅记录与它的摘要不符。")
        found = report.add("access_changed", said, "cases_access", text_of(row), at=time_of(columns[0]), leaf=place)
        if place is not None and leaf_of(1, body) == stored:
            report.doubts[place] = (stored, found)

    read(
        connection,
        f"SELECT {as_hashed('a', ACCESS_FIELDS)}, a.id::text, a.hash, l.hash, l.leaf::text FROM cases_access a "
        f"LEFT JOIN cases_leaf l ON l.src = 2 AND l.ref = a.id {where} ORDER BY a.id",
        params,
        Rows(width + 4, width, take),
    )
