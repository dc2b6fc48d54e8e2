"""Templates that people fill in: past grants, and lists of other agencies."""

from __future__ import annotations

from collections.abc import Sequence

from cases.blank_sheets import blank_book, bytes_of
from cases.duplicates.rules import COLUMNS


def template(
    title: str = "既往救助", columns: Sequence[str] = COLUMNS, widths: Sequence[int] = (24, 16, 8, 14, 30)
) -> bytes:
    """模板: an empty xlsx with the columns."""
    return bytes_of(blank_book(title, columns, widths))
