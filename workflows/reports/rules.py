"""How long something took (办理用时), and what many such times say: pure, in tenths of a workday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from cases.calendar.rules import Calendar, end_of, worktime

MEASURES = ("waiting", "working", "paused", "whole")
TENTH = timedelta(days=1) / 10
Spread = Mapping[str, int]
"""How often each length came: tenths of a workday -> times."""
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Visit:
    """One stay at a step, or the whole road: when it began and ended, when somebody held it, when the clock stood still."""

    begun: datetime
    ended: datetime
    held: Sequence[Stretch] = ()
    paused: Sequence[Stretch] = ()


def times(visit: Visit, cal: Calendar) -> dict[str, int]:
    """用时: waiting (nobody held it), working (held), paused and whole, in tenths of a workday.

    Every moment counts once: a pause goes before a holder, a holder before waiting.
    """
    marks = {moment for stretch in (*visit.held, *visit.paused) for moment in stretch}
    cuts = sorted({visit.begun, visit.ended} | {mark for mark in marks if visit.begun < mark < visit.ended})
    spent = dict.fromkeys(MEASURES, timedelta(0))
    for start, end in zip(cuts, cuts[1:], strict=False):
        paused, held = _within(start, visit.paused), _within(start, visit.held)
        kind = "paused" if paused else "working" if held else "waiting"
        length = worktime(start, end, cal)
        spent[kind] += length
        spent["whole"] += length
    return {name: round(length / TENTH) for name, length in spent.items()}


def _within(moment: datetime, stretches: Iterable[Stretch]) -> bool:
    return any(start <= moment < end for start, end in stretches)


def held(changes: Iterable[tuple[datetime, bool]], until: datetime) -> list[Stretch]:
    """When somebody held it: from each handover to a person to the next handover, the last one until the end."""
    found: list[Stretch] = []
    since: datetime | None = None
    for moment, has_holder in changes:
        if since is not None:
            found.append((since, moment))
        since = moment if has_holder else None
    return [*found, (since, until)] if since is not None else found


def stood_still(starts_on: date, ends_on: date | None, until: datetime) -> Stretch:
    """A pause in moments: the day it began has been used, the day it ended is not counted."""
    return end_of(starts_on), until if ends_on is None else end_of(ends_on)


def together(spreads: Iterable[Spread]) -> dict[str, int]:
    """Several spreads as one."""
    found: dict[str, int] = {}
    for spread in spreads:
        for length, count in spread.items():
            found[length] = found.get(length, 0) + count
    return found


def quantile(spread: Spread, share: float) -> float | None:
    """The length in workdays that so large a share of the times did not go beyond (nearest rank); None without any."""
    total = sum(spread.values())
    seen = 0
    for length in sorted(spread, key=int):
        seen += spread[length]
        if seen >= share * total:
            return int(length) / 10
    return None


def quarter_of(day: date) -> date:
    """The first day of the quarter of a day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_before(first: date) -> date:
    """The first day of the quarter before."""
    return quarter_of(first - timedelta(days=1))


def quarter_after(first: date) -> date:
    """The first day of the next quarter."""
    return quarter_of(first + timedelta(days=95))


def quarter_name(first: date) -> str:
    """A quarter as an address names it: 2026-Q4."""
    return f"{first.year}-Q{(first.month + 2) // 3}"


SHADES = 5


def shade_of(value: float, most: float) -> int:
    """热力图的深浅: 1 for the least up to `SHADES` for the most of all; never beyond, however the parts round."""
    return min(SHADES, max(1, ceil(value * SHADES / most))) if most else 1
