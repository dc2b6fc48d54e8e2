"""Past grants from a spreadsheet: each cell is judged, and each fault is a sentence with its cell: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.people.rules import check_id, id_for_matching
from cases.sheets import Fault, Grid, letter
from cases.text import clean, clean_number, listed

COLUMNS = ("证件号码", "项目", "年度", "金额", "来源")
MOST_ROWS = 5000
MOST_AMOUNT = Decimal("10000000")
FIRST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class Grant:
    """一笔既往救助: one good row. The ID number is in the form by which persons are compared."""

    row: int
    id_no: str
    programme: str
    year: int
    amount: Decimal
    source: str


@dataclass(frozen=True)
class Sheet:
    """What a spreadsheet says: its good rows and its faults. With one fault nothing of it is taken."""

    grants: tuple[Grant, ...]
    faults: tuple[Fault, ...]

    @property
    def total(self) -> Decimal:
        return sum((grant.amount for grant in self.grants), Decimal(0))


def read_sheet(table: Grid, *, programmes: Mapping[str, str], today: date) -> Sheet:
    """Judge a table whose first row names the columns, in any order. `programmes` maps each accepted name to its slug."""
    missing = table.missing(COLUMNS)
    if missing is not None:
        return Sheet((), (missing,))
    body = table.body()
    if not body:
        return Sheet((), (Fault("A2", _("表里没有内容。")),))
    if len(body) > MOST_ROWS:
        return Sheet((), (Fault(f"A{MOST_ROWS + 2}", _("一次最多 5000 行。请分成几个文件。")),))
    sheet = _judged([_row(number, row, table.head, programmes, today) for number, row in body])
    return Sheet(sheet.grants, (*table.faults, *sheet.faults))


def _judged(found: Sequence[tuple[Grant | None, list[Fault]]]) -> Sheet:
    faults = [fault for _grant, some in found for fault in some]
    grants: list[Grant] = []
    seen: dict[tuple[Any, ...], int] = {}
    for grant, _faults in found:
        if grant is None:
            continue
        same = (grant.id_no, grant.programme, grant.year, grant.amount, grant.source)
        if same in seen:
            said = format_lazy(_("和第 {row} 行完全一样。请删去重复的一行。"), row=seen[same])
            faults.append(Fault(f"A{grant.row}", said))
        seen.setdefault(same, grant.row)
        grants.append(grant)
    return Sheet(tuple(grants), tuple(faults))


def _row(
    number: int, row: Sequence[Any], head: list[str], programmes: Mapping[str, str], today: date
) -> tuple[Grant | None, list[Fault]]:
    faults: list[Fault] = []

    def cell(name: str, judge: Any, *more: Any) -> Any:
        index = head.index(name)
        value, wrong = judge(row[index] if index < len(row) else "", *more)
        if wrong:
            faults.append(Fault(f"{letter(index)}{number}", wrong))
        return value

    id_no = cell("证件号码", _id_number, today)
    slug = cell("项目", _programme, programmes)
    year = cell("年度", _year, today)
    amount = cell("金额", _amount)
    source = cell("来源", _source)
    return (None if faults else Grant(number, id_no, slug, year, amount, source)), faults


def _id_number(value: Any, today: date) -> tuple[str, Any]:
    if isinstance(value, (int, float)):
        return "", _("证件号码变成了数字，末几位已经丢失。请把这一列设为“文本”，再填一次。")
    number = clean_number(str(value))
    if re.fullmatch(r"\d{15}", number):
        number = id_for_matching(number)
    verdict = check_id(number, today=today)
    return verdict.value, "" if verdict.ok else verdict.message


def _programme(value: Any, programmes: Mapping[str, str]) -> tuple[str, Any]:
    slug = programmes.get(clean(str(value)))
    if slug:
        return slug, ""
    names = listed(name for name in programmes if not name.isascii())
    return "", format_lazy(_("没有这个项目。请填：{names}。"), names=names)


def _year(value: Any, today: date) -> tuple[int, Any]:
    text = clean(str(value)).removesuffix(".0").removesuffix("年")
    if not re.fullmatch(r"\d{4}", text) or not FIRST_YEAR <= int(text) <= today.year:
        said = format_lazy(_("年度应是 {first} 到 {last} 之间的四位数字。"), first=FIRST_YEAR, last=today.year)
        return 0, said
    return int(text), ""


def _amount(value: Any) -> tuple[Decimal, Any]:
    text = clean(str(value)).replace(",", "").removesuffix("元")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return Decimal(0), _("金额应是数字，例如 1200.50。")
    if not amount.is_finite() or not 0 < amount < MOST_AMOUNT:
        return Decimal(0), _("金额应大于 0，小于 1000 万元。")
    if amount != amount.quantize(Decimal("0.01")):
        return Decimal(0), _("金额最多两位小数（到分）。")
    return amount.quantize(Decimal("0.01")), ""


def _source(value: Any) -> tuple[str, Any]:
    text = clean(str(value))
    return (text, "") if 2 <= len(text) <= 80 else ("", _("请写明来源，2 到 80 个字，例如：慈善总会。"))
