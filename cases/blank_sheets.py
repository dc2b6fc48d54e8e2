"""Spreadsheets that people fill in (空白表格): named columns, every cell as text so that no digit of a long number is lost."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font


def blank_book(title: str, columns: Sequence[str], widths: Sequence[int], rows: int = 500) -> Workbook:
    """模板: an empty book with these columns and so many rows below them."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(list(columns))
    for cell, width in zip(sheet[1], widths, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for row in sheet.iter_rows(min_row=2, max_row=rows, max_col=len(columns)):
        for cell in row:
            cell.number_format = "@"
    return book


def bytes_of(book: Workbook) -> bytes:
    """The file to hand out."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
