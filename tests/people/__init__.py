"""Fictional people of the tests: ID area 6499xx, which nobody has."""

from __future__ import annotations

from datetime import date

from cases.people.rules import check_character

NAMES = ("马试例", "杨测", "李演示", "王试")


def person(number: int, *, born: date = date(1975, 5, 20)) -> tuple[str, str]:
    """A name and a valid, fictional ID number; the same number gives the same person."""
    first = f"649990{born:%Y%m%d}{number % 1000:03d}"
    return NAMES[number % len(NAMES)], first + check_character(first)
