"""The template of past grants that people fill in."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Font

from cases.duplicates.rules import COLUMNS


def template() -> bytes:
    """模板: an empty xlsx with the columns, ID and amount as text so that no digit is lost."""
    book = Workbook()
    sheet = book.active
    sheet.title = "既往救助"
    sheet.append(list(COLUMNS))
    for cell, width in zip(sheet[1], (24, 16, 8, 14, 30), strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for row in sheet.iter_rows(min_row=2, max_row=500, max_col=len(COLUMNS)):
        for cell in row:
            cell.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
