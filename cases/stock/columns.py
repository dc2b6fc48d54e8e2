"""The sheet that a warehouse fills in for devices that arrive."""

from __future__ import annotations

from cases.blank_sheets import blank_book, bytes_of
from cases.stock.rules import COLUMNS

WIDTHS = (22, 18, 16, 14, 28, 12, 14)


def template_bytes() -> bytes:
    """入库模板: an empty xlsx with the columns."""
    return bytes_of(blank_book("入库", COLUMNS, WIDTHS))
