"""Visual acuity (视力) as it is written on screening sheets, kept raw and read as decimal, logMAR and order: pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from cases.text import clean, table

SCALE = Path(__file__).parent / "data" / "sight.csv"
LOWEST, HIGHEST, FIVE_LOWEST, FIVE_HIGHEST = Decimal("0.001"), Decimal("2.0"), Decimal("3.0"), Decimal("5.3")

WORDS = {
    "NLP": ("无光感", "NLP", "NPL", "无光感NLP"),
    "LP": ("光感", "LP", "PL", "LP+", "有光感"),
    "HM": ("手动", "眼前手动", "HM", "HMBE"),
    "CF": ("指数", "数指", "眼前指数", "眼前数指", "CF", "FC"),
}
"""How each category is written; a distance may follow, such as 指数/30cm."""
_CATEGORY = {word.upper(): code for code, words in WORDS.items() for word in words}
_DISTANCE = re.compile(r"[/@ ]*(?:\d{1,3}(?:\.\d)?(?:CM|M|厘米|米))?$")


class SightFault(ValueError):
    """A notation that cannot be read; `message` says how to write it."""

    def __init__(self, message: object) -> None:
        super().__init__("sight")
        self.message = message


@dataclass(frozen=True, slots=True)
class Vision:
    """一只眼的视力: as it was written, and what that is.

    `code` is the category below the chart (NLP, LP, HM, CF) or "". `decimal` is what the chart prints beside the line, None
    where no decimal stands for it. `rank` orders all notations, worse first.
    """

    raw: str
    code: str
    decimal: Decimal | None
    logmar: Decimal
    rank: Decimal

    def is_at_most(self, line: Decimal) -> bool:
        """不高于: whether the eye sees no better than this line of the chart; everything below the chart is worse than any."""
        return bool(self.code) or (self.decimal is not None and self.decimal <= line)

    @property
    def is_blind(self) -> bool:
        """无光感."""
        return self.code == "NLP"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the scale."""

    code: str
    kind: str
    five: Decimal
    decimal: Decimal | None
    logmar: Decimal
    rank: Decimal


@cache
def lines() -> tuple[Line, ...]:
    """The scale, worst first."""
    return tuple(
        Line(
            row["code"], row["kind"], Decimal(row["five_grade"]), Decimal(row["decimal"]) if row["decimal"] else None,
            Decimal(row["logmar"]), Decimal(row["rank"]),
        )
        for row in table(SCALE)
    )  # fmt: skip


def read(text: str) -> Vision:
    """读视力: 0.3, 4.5 (五分记录), 指数/30cm, 手动, 光感, 无光感, CF, HM, LP, NLP; full-width digits too.

    Raises SightFault with how to write it.
    """
    raw = clean(str(text))
    code = _category(raw)
    if code:
        line = next(line for line in lines() if line.code == code)
        return Vision(raw, code, line.decimal, line.logmar, line.rank)
    if not re.fullmatch(r"\d(?:\.\d{1,3})?", raw):
        raise SightFault(_("视力写小数（0.3）或五分记录（4.5），看不清视力表的写：指数、手动、光感、无光感。"))
    number = Decimal(raw)
    if LOWEST <= number <= HIGHEST:
        return _by_decimal(raw, number)
    if FIVE_LOWEST <= number <= FIVE_HIGHEST:
        return _by_five(raw, number)
    raise SightFault(_("视力小数在 0.001 到 2.0 之间，五分记录在 3.0 到 5.3 之间。没有光感的写“无光感”。"))


def _category(raw: str) -> str:
    word = raw.upper().replace(" ", "")
    return _CATEGORY.get(word) or _CATEGORY.get(_DISTANCE.sub("", word), "")


def _by_decimal(raw: str, number: Decimal) -> Vision:
    """A decimal between two lines lies between their logMAR values, as the eye does: the order is never turned round."""
    chart = [line for line in lines() if line.kind != "category"]
    same = next((line for line in chart if line.decimal == number), None)
    if same is not None:
        return Vision(raw, "", number, same.logmar, same.rank)
    logmar = _third(-number.log10())
    below = [line for line in chart if line.decimal is not None and line.decimal < number]
    above = [line for line in chart if line.decimal is not None and line.decimal > number]
    if below:
        logmar = min(logmar, below[-1].logmar)
    if above:
        logmar = max(logmar, above[0].logmar)
    return Vision(raw, "", number, logmar, _rank(logmar))


def _by_five(raw: str, number: Decimal) -> Vision:
    line = next((line for line in lines() if line.kind != "category" and line.five == number), None)
    if line is not None:
        return Vision(raw, "", line.decimal, line.logmar, line.rank)
    decimal = (Decimal(10) ** (number - 5)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return Vision(raw, "", decimal, _third(5 - number), _rank(5 - number))


def _rank(logmar: Decimal) -> Decimal:
    """30 is the line of 1.0, one line is 1; whatever a chart shows stays above what is below every chart."""
    return max(_third(30 - 10 * logmar), Decimal(4))


def _third(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.001"), ROUND_HALF_UP)


def better(seen: Sequence[Vision]) -> Vision:
    """较好的一个: the better of several readings."""
    return max(seen, key=lambda one: one.rank)
