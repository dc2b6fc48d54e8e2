"""What a standing check is (一项核查): its words, its numbers, and the one question that it puts to a range of rows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict

CASE, LOOK = "case", "look"
"""Over which ids a check goes: cases, or records of looks (查阅)."""


class Found(TypedDict):
    """一处命中 as a check in Python says it; one in SQL answers the same columns."""

    place: int
    case_id: int | None
    subject: str
    rows: list[list[Any]]
    facts: dict[str, Any]


Asks = Callable[[int, int, date], Iterable[Found]]


@dataclass(frozen=True)
class Number:
    """口径的一个数: its words, what it is unless the office says otherwise, and its range."""

    label: Any
    default: int
    least: int
    most: int


@dataclass(frozen=True)
class Check:
    """一项核查.

    `sql` answers place, case_id, subject, rows, facts for ids over %(lo)s up to %(hi)s; `%(today)s` and the numbers are given
    beside; `asks` does the same in Python. `told` is the sentence of a hit by its kind ("" for the only one), filled from its
    facts. `basis` is the clause or rule that it stands on, `held` what keeps it from happening in the first place.
    """

    code: str
    name: Any
    why: Any
    basis: Any
    held: Any
    told: Mapping[str, Any]
    sql: str = ""
    asks: Asks | None = None
    over: str = CASE
    is_severe: bool = True
    numbers: Mapping[str, Number] = field(default_factory=dict)

    def defaults(self) -> dict[str, int]:
        """The numbers as shipped."""
        return {name: number.default for name, number in self.numbers.items()}


def day(column: str) -> str:
    """The day in China of a moment, in SQL."""
    return f"(({column}) AT TIME ZONE 'Asia/Shanghai')::date"


def within(column: str) -> str:
    """The range of a slice, in SQL."""
    return f"{column} > %(lo)s AND {column} <= %(hi)s"
