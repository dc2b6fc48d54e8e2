"""Reads the table of who gets what (table.csv): one row an address, method and case; one column a person."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.matrix.world import PEOPLE

TABLE = Path(__file__).with_name("table.csv")
NOT_ASKED = "."


@dataclass(frozen=True)
class Row:
    """What each person gets: a status, or `login` for being sent to the sign-in page; `.` is not asked."""

    name: str
    whose: str
    method: str
    cells: tuple[str, ...]

    def expected(self) -> dict[str, str]:
        """Person -> answer, without those who are not asked."""
        return {who: cell for who, cell in zip(PEOPLE, self.cells, strict=True) if cell != NOT_ASKED}


def rows() -> list[Row]:
    """The table, without its heading."""
    lines = (line for line in TABLE.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#"))
    heading, *found = ([cell.strip() for cell in line] for line in csv.reader(lines))
    if heading != ["address", "whose", "method", *PEOPLE]:
        raise ValueError("table.csv: the heading names other people than the matrix asks")
    return [Row(name, whose, method, tuple(cells)) for name, whose, method, *cells in found]


def written(name: str, whose: str, method: str, cells: list[str]) -> str:
    """One row as it stands in the file."""
    return ", ".join([f"{name:44}", f"{whose:9}", f"{method:4}", *(f"{cell:>5}" for cell in cells)])
