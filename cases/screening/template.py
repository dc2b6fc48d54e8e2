"""登记表模板: the xlsx that villages fill in, all cells as text so that no digit is lost, with the ways of consent to choose from."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from cases.screening.rules import COLUMNS, CONSENT, HOW

WIDTHS = (14, 24, 16, 26, 14, 14)
FILLED_IN = 1000


def template() -> bytes:
    """模板 of the register."""
    book = Workbook()
    sheet = book.active
    sheet.title = "登记"
    sheet.append(list(COLUMNS))
    for cell, width in zip(sheet[1], WIDTHS, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
        sheet.column_dimensions[cell.column_letter].number_format = "@"
    for row in sheet.iter_rows(min_row=2, max_row=FILLED_IN, max_col=len(COLUMNS)):
        for cell in row:
            cell.number_format = "@"
    ways = DataValidation(type="list", formula1='"' + ",".join(HOW) + '"', allow_blank=True)
    column = sheet[1][COLUMNS.index(CONSENT)].column_letter
    ways.add(f"{column}2:{column}{FILLED_IN}")
    sheet.add_data_validation(ways)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
