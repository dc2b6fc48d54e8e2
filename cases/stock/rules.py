"""What may happen to a device and what it is then (pure), and the sheet by which devices come in, judged cell by cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.sheets import Fault, Grid, day_in, letter
from cases.text import clean

STATES: dict[str, Any] = {
    "new": _("待入库"),
    "in": _("在库"),
    "reserved": _("已预留"),
    "issued": _("已出库，待发放"),
    "delivered": _("已发放"),
    "returned": _("已退回，待检查"),
    "scrapped": _("已报废"),
    "lost": _("丢失"),
}
HELD = ["reserved", "issued", "delivered"]
"""States in which a device belongs to one part of one person."""
HERE = ["in", "reserved", "issued", "returned"]
"""States in which a device lies at its place and is counted there."""

MOVES: dict[str, Any] = {
    "in": _("入库"),
    "reserved": _("预留"),
    "released": _("取消预留"),
    "issued": _("出库"),
    "transferred": _("调拨"),
    "delivered": _("发放"),
    "returned": _("退回"),
    "inspected": _("检查合格，重新入库"),
    "scrapped": _("报废"),
    "lost": _("报失"),
    "found": _("找回"),
}
WAYS: dict[tuple[str, str], str] = {
    ("new", "in"): "in",
    ("in", "reserved"): "reserved",
    ("in", "transferred"): "in",
    ("in", "scrapped"): "scrapped",
    ("in", "lost"): "lost",
    ("reserved", "released"): "in",
    ("reserved", "issued"): "issued",
    ("reserved", "delivered"): "delivered",
    ("reserved", "lost"): "lost",
    ("issued", "transferred"): "issued",
    ("issued", "delivered"): "delivered",
    ("issued", "returned"): "returned",
    ("issued", "lost"): "lost",
    ("delivered", "returned"): "returned",
    ("delivered", "lost"): "lost",
    ("returned", "inspected"): "in",
    ("returned", "scrapped"): "scrapped",
    ("returned", "lost"): "lost",
    ("lost", "found"): "returned",
}
"""状态与动作: what a device is after a move; what is not here cannot happen. The same table stands in migrations/sql/stock.sql."""

BY_HAND = ("returned", "inspected", "scrapped", "lost", "found")
"""Moves that a keeper writes on the page of a device; the others come of reserving, handing over and fitting."""


def after(state: str, kind: str) -> str:
    """The state after a move, or "" when that cannot happen."""
    return WAYS.get((state, kind), "")


def offered(state: str) -> list[str]:
    """The moves that a keeper may write for a device in this state; one that is with a person comes back at its fitting."""
    return [kind for kind in BY_HAND if (state, kind) in WAYS and (state, kind) != ("delivered", "returned")]


def clean_serial(text: str) -> str:
    """A serial number as it is compared: no spaces, capitals, full-width letters made plain; "" when it cannot be one."""
    serial = re.sub(r"\s", "", clean(text)).upper()
    return serial if re.fullmatch(r"[A-Z0-9][A-Z0-9./_-]{2,39}", serial) else ""


COLUMNS = ("序列号", "厂家", "型号", "批次", "来源", "单价", "保修到")
MOST_ROWS = 5000
MOST_VALUE = Decimal("100000")


@dataclass(frozen=True, slots=True)
class Arriving:
    """到货的一台: one good row of the sheet."""

    row: int
    serial: str
    model: int
    batch: str
    source: str
    unit_value: Decimal
    warranty_until: date | None


@dataclass(frozen=True)
class Sheet:
    """What a spreadsheet says: its good rows and its faults. With one fault nothing of it is taken."""

    devices: tuple[Arriving, ...]
    faults: tuple[Fault, ...]


def read_sheet(table: Grid, *, models: Mapping[tuple[str, str], int]) -> Sheet:
    """Judge a table whose first row names the columns, in any order. `models` maps (maker, model) to the known ones."""
    if (lacking := table.missing(COLUMNS)) is not None:
        return Sheet((), (*table.faults, lacking))
    body = table.body()
    if not body:
        return Sheet((), (*table.faults, Fault("A2", _("表里没有内容。"))))
    if len(body) > MOST_ROWS:
        return Sheet((), (Fault(f"A{MOST_ROWS + 2}", _("一次最多 5000 行。请分成几个文件。")),))
    found = [_row(number, row, table.head, models) for number, row in body]
    faults = [fault for _device, some in found for fault in some]
    devices = tuple(device for device, _some in found if device is not None)
    return Sheet(devices, (*table.faults, *faults, *_twice(devices, letter(table.head.index("序列号")))))


def _twice(devices: Collection[Arriving], column: str) -> list[Fault]:
    seen: dict[str, int] = {}
    faults = []
    for device in devices:
        if device.serial in seen:
            said = format_lazy(_("这个序列号和第 {row} 行相同。一台设备只写一行。"), row=seen[device.serial])
            faults.append(Fault(f"{column}{device.row}", said))
        seen.setdefault(device.serial, device.row)
    return faults


def _row(
    number: int, row: Sequence[Any], head: list[str], models: Mapping[tuple[str, str], int]
) -> tuple[Arriving | None, list[Fault]]:
    faults: list[Fault] = []

    def cell(name: str, judge: Any, *more: Any) -> Any:
        index = head.index(name)
        value, wrong = judge(row[index] if index < len(row) else "", *more)
        if wrong:
            faults.append(Fault(f"{letter(index)}{number}", wrong))
        return value

    serial = cell("序列号", _serial)
    maker = cell("厂家", _words, 60, _("请写厂家。"))
    model = cell("型号", _model, maker, models)
    batch = cell("批次", _words, 40, "")
    source = cell("来源", _words, 80, _("请写来源：哪个捐赠方，或哪笔资金。"))
    value = cell("单价", _value)
    until = cell("保修到", _day)
    return (None if faults else Arriving(number, serial, model, batch, source, value, until)), faults


def _serial(value: Any) -> tuple[str, Any]:
    if isinstance(value, float):
        return "", _("序列号变成了数字，开头的零和末几位可能已经丢失。请把这一列设为“文本”，再填一次。")
    serial = clean_serial(str(value))
    return serial, "" if serial else _("序列号应是 3 到 40 个字母、数字或 . / _ -，照机身上的抄。")


def _words(value: Any, most: int, missing: Any) -> tuple[str, Any]:
    text = clean(str(value)).removesuffix(".0")
    if not text:
        return "", missing
    return text, "" if len(text) <= most else format_lazy(_("最多 {most} 个字。"), most=most)


def _model(value: Any, maker: str, models: Mapping[tuple[str, str], int]) -> tuple[int, Any]:
    text = clean(str(value)).removesuffix(".0")
    found = models.get((maker, text))
    if found:
        return found, ""
    return 0, _("没有登记这个厂家的这个型号。请先在“型号”里登记，或改成登记过的写法。")


def _value(value: Any) -> tuple[Decimal, Any]:
    try:
        amount = Decimal(clean(str(value)).replace(",", "").removesuffix("元"))
    except InvalidOperation:
        return Decimal(0), _("单价应是数字，例如 1800.00。")
    if not amount.is_finite() or not 0 < amount < MOST_VALUE or amount != amount.quantize(Decimal("0.01")):
        return Decimal(0), _("单价应大于 0，小于 10 万元，最多两位小数。")
    return amount, ""


def _day(value: Any) -> tuple[date | None, Any]:
    if not str(value).strip():
        return None, ""
    found = day_in(value)
    return found, "" if found else _("日期请写成 2028-06-30。")
