"""The shapes an award rule may have, and the ranges and conditions that policy rows are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.conditions import faults_of_conditions

CHOOSING = ("band", "flat", "actual")
"""Shapes of which the first row that fits, in order of position, gives the amount."""

ADDING = ("add_on", "item_cap", "extra", "uplift")
"""Shapes of which every row that fits counts."""

SETTINGS = ("self_pay", "repeat")
"""Shapes of which a policy has at most one row."""

DEDUCTIONS: dict[str, tuple[str, str]] = {
    "basic_insurance": ("基本医保报销", "Basic medical insurance"),
    "critical_illness": ("大病保险报销", "Critical illness insurance"),
    "medical_assistance": ("医疗救助", "Medical assistance"),
    "supplementary": ("补充保险、惠民保、职工互助", "Supplementary insurance or mutual aid"),
    "commercial": ("商业保险", "Commercial insurance"),
    "other_charity": ("其他慈善救助", "Other charity"),
    "third_party": ("单位或第三方赔付", "Employer or third-party compensation"),
}
"""先保险、后救助、再慈善: what is taken off the costs, in this order unless a policy says otherwise (domain 4.1)."""


class ShapeFault(ValueError):
    """A policy value that cannot be used; names the field and says what is wrong with it."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


def amount_in(value: Mapping[str, Any], field: str) -> Decimal:
    """The amount, ratio or percent in a field, written as text ("3000", "0.85"). Raises ShapeFault."""
    raw = value.get(field)
    if raw is None:
        raise ShapeFault(field, _("缺少数值。"))
    if isinstance(raw, (bool, float)) or not isinstance(raw, (str, int, Decimal)):
        raise ShapeFault(field, _("应写成文字形式的数字，例如 3000 或 0.85。"))
    try:
        number = Decimal(raw)
    except InvalidOperation:
        raise ShapeFault(field, format_lazy(_("“{raw}”不是数字。"), raw=raw)) from None
    if not number.is_finite() or number < 0:
        raise ShapeFault(field, _("不能是负数。"))
    return number


def amount_or_none(value: Mapping[str, Any], field: str) -> Decimal | None:
    """The amount in a field that may be left out."""
    return None if value.get(field) in (None, "") else amount_in(value, field)


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of amounts; ``over`` and ``under`` leave the end out, ``from`` and ``to`` take it in."""

    low: Decimal | None
    high: Decimal | None
    low_in: bool
    high_in: bool

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Range":
        """Read from the fields over / from and to / under. Raises ShapeFault for both of a pair or an empty range."""
        over, start = amount_or_none(value, "over"), amount_or_none(value, "from")
        to, under = amount_or_none(value, "to"), amount_or_none(value, "under")
        if over is not None and start is not None:
            raise ShapeFault("over", _("“超过”和“不低于”只能写一个。"))
        if to is not None and under is not None:
            raise ShapeFault("to", _("“不超过”和“低于”只能写一个。"))
        low, high = (over if over is not None else start), (to if to is not None else under)
        made = cls(low, high, start is not None, to is not None)
        backwards = low is not None and high is not None and low > high
        if backwards or (low is not None and low == high and not (made.low_in and made.high_in)):
            raise ShapeFault("to" if to is not None else "under", _("上限低于下限，这一档永远用不到。"))
        return made

    def contains(self, amount: Decimal) -> bool:
        """Whether an amount lies in this stretch."""
        above = self.low is None or amount > self.low or (self.low_in and amount == self.low)
        below = self.high is None or amount < self.high or (self.high_in and amount == self.high)
        return above and below

    def covers(self, other: "Range") -> bool:
        """Whether every amount of the other stretch lies in this one."""
        low_ok = self.low is None or (
            other.low is not None
            and (other.low > self.low or (other.low == self.low and (self.low_in or not other.low_in)))
        )
        high_ok = self.high is None or (
            other.high is not None
            and (other.high < self.high or (other.high == self.high and (self.high_in or not other.high_in)))
        )
        return low_ok and high_ok

    def order(self) -> tuple[Decimal, bool]:
        """Sorts stretches from low to high."""
        return (self.low if self.low is not None else Decimal("-1"), not self.low_in)

    def words_zh(self) -> str:
        """As a clerk says it: 超过 5,000 元、不超过 20,000 元."""
        low = "" if self.low is None else f"{'不低于' if self.low_in else '超过'} {plain(self.low)} 元"
        high = "" if self.high is None else f"{'不超过' if self.high_in else '低于'} {plain(self.high)} 元"
        return "、".join(part for part in (low, high) if part) or "不限"

    def words_en(self) -> str:
        """The same in English: over 5,000 up to 20,000."""
        low = "" if self.low is None else f"{'from' if self.low_in else 'over'} {plain(self.low)}"
        high = "" if self.high is None else f"{'up to' if self.high_in else 'under'} {plain(self.high)}"
        return " ".join(part for part in (low, high) if part) or "any amount"


def plain(amount: Decimal) -> str:
    """An amount without needless decimals, with thousands: 20,000 or 11,764.71."""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def condition_faults(value: Mapping[str, Any]) -> Iterable[ShapeFault]:
    """What is wrong with the conditions of a row: an unknown name, a value of the wrong type."""
    for sentence in faults_of_conditions(value):
        yield ShapeFault("when", sentence)


def faults_of(value: Mapping[str, Any]) -> Iterable[ShapeFault]:
    """What is wrong with one award row, field by field."""
    shape = value.get("shape")
    if shape not in (*CHOOSING, *ADDING, *SETTINGS):
        yield ShapeFault("shape", format_lazy(_("没有“{shape}”这种计算方式。"), shape=shape))
        return
    for field in {"flat": ["amount"], "extra": ["amount"], "uplift": ["percent"], "item_cap": ["cap"]}.get(shape, []):
        yield from _fault_in_amount(value, field)
    if shape == "item_cap" and not value.get("item"):
        yield ShapeFault("item", _("没有写明是哪一项费用。"))
    if shape == "band":
        yield from _faults_of_band(value)
    if shape == "add_on":
        yield from _fault_in_amount(value, "amount")
        if (value.get("over") is None) == (value.get("from") is None):
            yield ShapeFault("over", _("加发的起点要写“超过”或“不低于”其中一个。"))
        yield from _fault_in_range(value)
    if shape == "actual" and value.get("cap") is not None:
        yield from _fault_in_amount(value, "cap")
    if shape == "self_pay":
        for name in value.get("order", []):
            if name not in DEDUCTIONS:
                yield ShapeFault("order", format_lazy(_("不认识的扣减项“{name}”。"), name=name))
    if shape == "repeat" and value.get("mode") not in ("difference", "separate"):
        yield ShapeFault("mode", _("再次申请的算法只能是 difference（补差）或 separate（单独计算）。"))
    yield from condition_faults(value)


def _faults_of_band(value: Mapping[str, Any]) -> Iterable[ShapeFault]:
    if (value.get("amount") is None) == (value.get("ratio") is None):
        yield ShapeFault("amount", _("每一档要写定额或比例其中一个。"))
    for field in ("amount", "ratio", "cap"):
        if value.get(field) is not None:
            yield from _fault_in_amount(value, field)
    yield from _fault_in_range(value)


def _fault_in_amount(value: Mapping[str, Any], field: str) -> Iterable[ShapeFault]:
    try:
        number = amount_in(value, field)
    except ShapeFault as fault:
        yield fault
        return
    if field == "ratio" and number > 1:
        yield ShapeFault(field, _("比例应在 0 到 1 之间，例如 0.85。"))
    if field in ("amount", "cap") and number != round(number, 2):
        yield ShapeFault(field, _("金额最多两位小数。"))


def _fault_in_range(value: Mapping[str, Any]) -> Iterable[ShapeFault]:
    try:
        Range.of(value)
    except ShapeFault as fault:
        yield fault
