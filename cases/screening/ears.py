"""Thresholds of what the ears hear (听阈) kept as measured, their average at four frequencies, and the grade under a named standard: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.text import clean, table

GRADES = Path(__file__).parent / "data" / "ears.csv"
FREQUENCIES = (500, 1000, 2000, 4000)
"""Hz: the average is taken over these."""
LOWEST, HIGHEST = -10, 120
BEYOND = 5
"""没有反应: a tone that is not heard at the limit of the audiometer counts as so much more than that limit (dB)."""
UNILATERAL = "U"
_NONE = re.compile(r"(?:NR|无反应|未引出|>|＞)[/@: ]*(\d{2,3})?", re.I)


class EarsFault(ValueError):
    """A threshold that cannot be read; `message` says how to write it."""

    def __init__(self, message: object) -> None:
        super().__init__("ears")
        self.message = message


@dataclass(frozen=True, slots=True)
class Threshold:
    """一个频率的听阈: as it was written, and the decibels that it counts as."""

    raw: str
    db: int
    is_heard: bool = True


def read(text: str, *, limit: int | None = None) -> Threshold:
    """读听阈: 45, or NR110 and 无反应/110 for no response at the limit of 110 dB; `limit` is the audiometer's own.

    Raises EarsFault with how to write it.
    """
    raw = clean(str(text))
    missed = _NONE.fullmatch(raw)
    if missed:
        top = int(missed[1]) if missed[1] else limit
        if top is None:
            raise EarsFault(_("没有反应的，请写明仪器最大输出，例如 NR110。"))
        _within(top)
        return Threshold(raw, top + BEYOND, is_heard=False)
    if not re.fullmatch(r"-?\d{1,3}(?:\.0)?", raw):
        raise EarsFault(_("听阈写整数分贝，例如 45；没有反应写 NR 加最大输出，例如 NR110。"))
    db = int(Decimal(raw))
    _within(db)
    return Threshold(raw, db)


def _within(db: int) -> None:
    if not LOWEST <= db <= HIGHEST:
        said = _("听阈在 {low} 到 {high} 分贝之间。")
        raise EarsFault(format_lazy(said, low=LOWEST, high=HIGHEST))


def average(ear: Mapping[int, Threshold]) -> Decimal | None:
    """四频平均 (PTA4): the mean at 0.5, 1, 2 and 4 kHz in dB, exact; None while one of them was not measured."""
    if any(hertz not in ear for hertz in FREQUENCIES):
        return None
    return Decimal(sum(ear[hertz].db for hertz in FREQUENCIES)) / len(FREQUENCIES)


def whole(average_db: Decimal) -> int:
    """Rounded half up to whole decibels, also below zero."""
    return int((average_db + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR"))


@dataclass(frozen=True, slots=True)
class Grade:
    """分级: one grade of one standard."""

    standard: str
    code: str
    name_zh: str
    name_en: str
    low: Decimal | None
    high: Decimal | None
    is_rounded: bool

    @property
    def name(self) -> str:
        """As the reader calls it."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    def holds(self, db: Decimal) -> bool:
        """Whether an average falls in this band, which is half-open."""
        found = Decimal(whole(db)) if self.is_rounded else db
        return (self.low is None or found >= self.low) and (self.high is None or found < self.high)


@cache
def grades(standard: str) -> tuple[Grade, ...]:
    """The grades of a standard (WHO1997, WHO2021, GBT26341), the least loss first. KeyError for another."""
    found = [
        Grade(
            row["standard"], row["code"], row["name_zh"], row["name_en"], _limit(row["from_db"]), _limit(row["below_db"]),
            row["rounded"] == "yes",
        )
        for row in table(GRADES)
        if row["standard"] == standard
    ]  # fmt: skip
    if not found:
        raise KeyError(standard)
    return tuple(sorted(found, key=lambda grade: grade.low if grade.low is not None else Decimal(-99)))


def _limit(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def grade(standard: str, *, right: Decimal, left: Decimal) -> Grade | None:
    """听力分级 by the better ear; None where the standard has no grade for so small a loss.

    WHO 2021 calls a loss on one side unilateral: the better ear under 20 dB, the worse from 35 dB on.
    """
    best, worst = sorted((right, left))
    known = grades(standard)
    one_sided = next((each for each in known if each.code == UNILATERAL), None)
    if one_sided is not None and best < 20 and worst >= 35:
        return one_sided
    return next((each for each in known if each.code != UNILATERAL and each.holds(best)), None)


def shown(average_db: Decimal) -> str:
    """An average as it is printed, with two decimals at most."""
    return f"{average_db.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"
