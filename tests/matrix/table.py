"""Reads the tables of who gets what: one row an address, method and case; one column a person."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.matrix.world import BOARDS, CENTRES, PEOPLE, POSTS

TABLES = {
    "table.csv": tuple(PEOPLE),
    "posts.csv": tuple(POSTS),
    "centres.csv": tuple(CENTRES),
    "boards.csv": tuple(BOARDS),
}
NOT_ASKED = "."


@dataclass(frozen=True)
class Row:
    """What each person gets: a status, or `login` for being sent to the sign-in page; `.` is not asked."""

    table: str
    name: str
    whose: str
    method: str
    cells: tuple[str, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """The columns of its table."""
        return TABLES[self.table]

    def expected(self) -> dict[str, str]:
        """Person -> answer, without those who are not asked."""
        return {who: cell for who, cell in zip(self.people, self.cells, strict=True) if cell != NOT_ASKED}

    def written(self) -> str:
        """The row as it stands in the file."""
        return ", ".join(
            [f"{self.name:44}", f"{self.whose:9}", f"{self.method:4}", *(f"{cell:>5}" for cell in self.cells)]
        )


def rows() -> list[Row]:
    """All tables, without their headings."""
    return [row for table, people in TABLES.items() for row in _rows(table, people)]


def _rows(table: str, people: tuple[str, ...]) -> list[Row]:
    text = Path(__file__).with_name(table).read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    heading, *found = ([cell.strip() for cell in line] for line in csv.reader(lines))
    if heading != ["address", "whose", "method", *people]:
        raise ValueError(f"{table}: the heading names other people than the matrix asks")
    return [Row(table, name, whose, method, tuple(cells)) for name, whose, method, *cells in found]
