"""Templates that people fill in: past grants, and lists of other agencies."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

from cases.duplicates.rules import COLUMNS


def template(
    title: str = "既往救助", columns: Sequence[str] = COLUMNS, widths: Sequence[int] = (24, 16, 8, 14, 30)
) -> bytes:
    """模板: an empty xlsx with the columns, every cell as text so that no digit is lost."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(list(columns))
    for cell, width in zip(sheet[1], widths, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for row in sheet.iter_rows(min_row=2, max_row=500, max_col=len(columns)):
        for cell in row:
            cell.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
