"""A list of another agency from a spreadsheet (名单): each cell is judged, each fault is a sentence with its cell: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.people.rules import check_id, check_name, id_for_matching
from cases.sheets import Fault, Grid, day_in, letter
from cases.text import clean, clean_number

COLUMNS = ("姓名", "证件号码", "出生日期")
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """名单上的一人: a name with the ID number, or with the birth date where the list has no number."""

    row: int
    name: str
    id_no: str
    born: date | None


@dataclass(frozen=True)
class ListSheet:
    """What a list says: its good rows and its faults. With one fault nothing of it is compared."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def read_list(table: Grid, *, today: date) -> ListSheet:
    """Judge a table whose first row names the columns, in any order; the birth date's column may be missing."""
    missing = table.missing(COLUMNS[:2])
    if missing is not None:
        return ListSheet((), (missing,))
    body = table.body()
    if not body:
        return ListSheet((), (Fault("A2", _("表里没有内容。")),))
    if len(body) > MOST_ROWS:
        return ListSheet((), (Fault(f"A{MOST_ROWS + 2}", _("一次最多 20000 行。请分成几个文件。")),))
    entries: list[Entry] = []
    faults: list[Fault] = list(table.faults)
    seen: dict[str, int] = {}
    for number, row in body:
        entry, wrong = _row(number, row, table.head, today)
        entries += [entry] if entry else []
        faults += wrong
        if entry and entry.id_no in seen:
            said = format_lazy(_("和第 {row} 行是同一个证件号码。请删去重复的一行。"), row=seen[entry.id_no])
            faults.append(Fault(f"A{number}", said))
        elif entry and entry.id_no:
            seen[entry.id_no] = number
    return ListSheet(tuple(entries), tuple(faults))


def _row(number: int, row: Sequence[Any], head: list[str], today: date) -> tuple[Entry | None, list[Fault]]:
    def cell(name: str) -> tuple[str, Any]:
        index = head.index(name) if name in head else -1
        return f"{letter(max(index, 0))}{number}", row[index] if 0 <= index < len(row) else ""

    faults = []
    (at, told), (id_at, id_told), (born_at, born_told) = (cell(name) for name in COLUMNS)
    name = check_name(str(told))
    if not name.ok:
        faults.append(Fault(at, name.message))
    id_no, wrong = _number(id_told, today)
    if wrong:
        faults.append(Fault(id_at, wrong))
    born, late = _day(born_told, today)
    if late:
        faults.append(Fault(born_at, late))
    if not faults and not id_no and born is None:
        faults.append(Fault(id_at, _("证件号码和出生日期至少要有一个。")))
    return (None if faults else Entry(number, name.value, id_no, born)), faults


def _number(value: Any, today: date) -> tuple[str, Any]:
    if isinstance(value, (int, float)):
        return "", _("证件号码变成了数字，末几位已经丢失。请把这一列设为“文本”，再填一次。")
    number = id_for_matching(clean_number(str(value)))
    if not number:
        return "", ""
    verdict = check_id(number, today=today)
    return verdict.value, "" if verdict.ok else verdict.message


def _day(value: Any, today: date) -> tuple[date | None, Any]:
    if not clean(str(value)):
        return None, ""
    born = day_in(value)
    if born is None or born > today or born.year < 1880:
        return None, _("出生日期应像 1956-03-12，而且不晚于今天。")
    return born, ""
