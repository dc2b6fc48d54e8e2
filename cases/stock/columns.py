"""The sheet that a warehouse fills in for devices that arrive: its columns, all of them text."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Font

from cases.stock.rules import COLUMNS

WIDTHS = (22, 18, 16, 14, 28, 12, 14)


def template_bytes() -> bytes:
    """入库模板: an empty xlsx with the columns as text, so that no digit of a serial number is lost."""
    book = Workbook()
    sheet = book.active
    sheet.title = "入库"
    sheet.append(list(COLUMNS))
    for cell, width in zip(sheet[1], WIDTHS, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for row in sheet.iter_rows(min_row=2, max_row=300, max_col=len(COLUMNS)):
        for cell in row:
            cell.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
