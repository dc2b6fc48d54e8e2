"""Spreadsheets that come in: plain cells, and each thing that no cell may be is a fault with its address; what is no sheet is refused.

A spreadsheet is somebody else's program: it is measured before it is opened (size, what it unpacks to, how far its cells reach).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from cases.errors import Invalid
from cases.text import clean, listed

E = TypeVar("E")
MOST_BYTES = 4 * 1024 * 1024
MOST_MEMBERS, MOST_RATIO, MOST_UNPACKED = 2000, 100, 100 * 1024 * 1024
MOST_COLUMNS, MOST_HEIGHT = 60, 200_000
"""A cell further out than this is no list of people: the reader would reserve room for everything before it."""
SHOWN = 200
"""So many merged or computed cells are named; one fault is enough to take nothing."""

MOST_ROWS = 20_000
"""So many people in one file."""

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})([0-9]{1,9})"[^>]*?(/?)>(\s*<(?:\w+:)?f\b)?')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\b\w+:id="([^"]+)"')
_TARGET = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be right: its address such as B7, and what to do."""

    cell: str
    sentence: Any


@dataclass(frozen=True)
class Grid:
    """一张表: the cells of the first sheet, the faults that lie in the file itself, and the heads of its other sheets."""

    rows: list[list[Any]]
    faults: tuple[Fault, ...] = ()
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def head(self) -> list[str]:
        """The names of the columns as they were meant."""
        return [clean(str(cell)) for cell in self.rows[0]] if self.rows else []

    def body(self) -> list[tuple[int, list[Any]]]:
        """The rows below the head that hold something, each with its number."""
        return [(number, row) for number, row in enumerate(self.rows[1:], 2) if any(str(cell).strip() for cell in row)]

    def missing(self, columns: Sequence[str]) -> Fault | None:
        """缺列: what is wrong with the head, and whether another sheet of the workbook is the one that is meant."""
        lacking = [name for name in columns if name not in self.head]
        if not lacking:
            return None
        for name, head in self.others:
            if not set(columns) - set(head):
                said = _("要导入的内容在工作表“{name}”里。请把它移到第一张，再上传。")
                return Fault("A1", format_lazy(said, name=name))
        return Fault("A1", format_lazy(_("第一行缺少这些列：{names}。请下载模板照着填。"), names=listed(lacking)))


@dataclass(frozen=True)
class Judged(Generic[E]):
    """核对过的表: its good rows and its faults. With one fault nothing of it is taken."""

    entries: tuple[E, ...]
    faults: tuple[Fault, ...] = ()


def read_rows(
    table: Grid, columns: Sequence[str], judge: Callable[[Mapping[str, Any], int], tuple[E | None, Mapping[str, Any]]],
    *, once: tuple[str, Callable[[E], Any], Any], optional: Sequence[str] = (),
) -> Judged[E]:  # fmt: skip
    """逐行核对 a table whose first row names the columns, in any order; those that are `optional` may be missing.

    `judge` answers the row's entry, or a sentence for each column that is wrong. `once` is the column by which no two rows may
    be the same, what is compared, and the sentence for the second with {row} for the first.
    """
    missing = table.missing([name for name in columns if name not in optional])
    if missing is not None:
        return Judged((), (missing,))
    body = table.body()
    if not body:
        return Judged((), (Fault("A2", _("表里没有内容。")),))
    if len(body) > MOST_ROWS:
        said = format_lazy(_("一次最多 {most} 行。请分成几个文件。"), most=MOST_ROWS)
        return Judged((), (Fault(f"A{MOST_ROWS + 2}", said),))
    place = {name: table.head.index(name) for name in columns if name in table.head}
    entries: list[E] = []
    faults, twice, first = list(table.faults), [], dict[Any, int]()
    for number, row in body:
        given = {name: row[place[name]] if place.get(name, len(row)) < len(row) else "" for name in columns}
        entry, wrong = judge(given, number)
        faults += [Fault(f"{letter(place[name])}{number}", sentence) for name, sentence in wrong.items()]
        if entry is None:
            continue
        entries.append(entry)
        before = first.setdefault(once[1](entry), number)
        if before != number:
            twice.append(Fault(f"{letter(place[once[0]])}{number}", format_lazy(once[2], row=before)))
    return Judged(tuple(entries), (*faults, *twice))


def digest(data: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()


def letter(index: int) -> str:
    """The letters of a column, counted from 0: A, B ... Z, AA."""
    return chr(65 + index) if index < 26 else letter(index // 26 - 1) + chr(65 + index % 26)


def grid(data: bytes) -> Grid:
    """The first sheet of an xlsx, or a csv in UTF-8 or GBK. Raises Invalid with what to do for what is no such file."""
    if len(data) > MOST_BYTES:
        raise unreadable(_("文件太大，最多 4 MB。请分成几个文件。"))
    if data.startswith(b"PK"):
        return _from_xlsx(data)
    if not data.strip() or b"\0" in data:
        raise unreadable(OTHERWISE)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return Grid([list(row) for row in csv.reader(io.StringIO(data.decode(encoding)))])
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise unreadable(OTHERWISE) from error
    raise unreadable(OTHERWISE)


OTHERWISE = _("打不开这个文件。请用模板另存为 xlsx 或 csv。")
BOMB = _("这个文件展开以后太大，没有打开。请用模板另存为 xlsx。")
COMPUTED = _("这一格是公式。请复制后“粘贴为数值”，再上传。")
TOO_FAR = _("表格里有离得很远的单元格，没有打开。请把内容复制到新的模板里。")


def unreadable(sentence: Any) -> Invalid:
    """打不开: a file that is not read at all."""
    return Invalid(sentence, fields={"file": sentence}, code="unreadable")


_DAY = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?")


def day_in(value: Any) -> date | None:
    """日期 as a cell holds it: a real date, or text such as 2026-11-02, 2026/11/2, 2026年11月2日, 20261102; None for anything else.

    What could be read in two ways, such as 11/2/26 or 45000, is no date.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.fullmatch(clean(str(value)).replace(" ", "")) if isinstance(value, str) else None
    if found is None or (found[0].isdigit() and len(found[0]) != 8):
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _from_xlsx(data: bytes) -> Grid:
    try:
        parts = _unpacked(data)
        first = _first_sheet(parts)
        for column, row, _closed, _formula in _CELL.findall(first):
            if int(row) > MOST_HEIGHT or len(column) > 2 or _place(column) > MOST_COLUMNS:
                raise unreadable(TOO_FAR)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        merged = sheet.merged_cell_ranges or []
        others = [(name, _head_of(book, name)) for name in book.sheet_names[1:20]] if _is_near(parts) else []
        return Grid(
            sheet.to_python(skip_empty_area=False), (*_merged(merged), *_computed(first)), tuple(others)
        )  # fmt: skip
    except (CalamineError, IndexError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, OSError) as error:
        raise unreadable(OTHERWISE) from error


def _head_of(book: Any, name: str) -> tuple[str, ...]:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=1)
    return tuple(clean(str(cell)) for cell in rows[0]) if rows else ()


def _is_near(parts: dict[str, bytes]) -> bool:
    """No sheet of the book reaches further out than a list may."""
    cells = (cell for text in parts.values() for cell in _CELL.findall(text))
    return all(int(cell[1]) <= MOST_HEIGHT and len(cell[0]) <= 2 for cell in cells)


def _merged(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[Fault]:
    for (top, left), _end in ranges[:SHOWN]:
        yield Fault(f"{letter(left)}{top + 1}", _("这里是合并的单元格。请取消合并，每格各填各的。"))


def _computed(sheet: bytes) -> Iterator[Fault]:
    found = [cell for cell in _CELL.findall(sheet) if cell[3] and not cell[2]]
    for column, row, _closed, _formula in found[:SHOWN]:
        yield Fault(f"{column.decode()}{int(row)}", COMPUTED)
    if len(_FORMULA.findall(sheet)) > len(found):  # a program that leaves the addresses of cells out
        yield Fault("A1", COMPUTED)


def _place(column: bytes) -> int:
    number = 0
    for char in column:
        number = number * 26 + char - 64
    return number


def _first_sheet(parts: dict[str, bytes]) -> bytes:
    """The bytes of the sheet that stands first in the workbook, whatever its file is called."""
    ids = _SHEET.findall(parts["xl/workbook.xml"])
    for entry in _TARGET.findall(parts["xl/_rels/workbook.xml.rels"]):
        if b'Id="' + ids[0] + b'"' in entry:
            target = re.search(rb'\bTarget="([^"]+)"', entry)
            if target:
                name = target[1].decode()
                return parts[name.lstrip("/") if name.startswith("/") else f"xl/{name}"]
    raise KeyError("no first sheet")


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of the file, each unpacked no further than is allowed: what a part says of its own size is not believed."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or len({member.filename for member in members}) != len(members):
        raise unreadable(BOMB)
    parts, left = {}, MOST_UNPACKED
    for member in members:
        part = _inflated(data, member, min(left, max(MOST_RATIO * member.compress_size, 1 << 20)))
        left -= len(part)
        parts[member.filename] = part
    return parts


def _inflated(data: bytes, member: zipfile.ZipInfo, most: int) -> bytes:
    start = member.header_offset
    names = int.from_bytes(data[start + 26 : start + 28], "little") + int.from_bytes(
        data[start + 28 : start + 30], "little"
    )
    packed = data[start + 30 + names : start + 30 + names + member.compress_size]
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("a kind of packing that no spreadsheet program writes")
    if member.compress_type == zipfile.ZIP_STORED:
        return packed
    whole = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most + 1)
    if len(whole) > most:
        raise unreadable(BOMB)
    return whole
