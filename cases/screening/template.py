"""登记表模板: the xlsx that villages fill in, all cells as text so that no digit is lost, with the ways of consent to choose from."""

from __future__ import annotations

from openpyxl.worksheet.datavalidation import DataValidation

from cases.blank_sheets import blank_book, bytes_of
from cases.screening.rules import COLUMNS, CONSENT, HOW

WIDTHS = (14, 24, 16, 26, 14, 14)
FILLED_IN = 1000


def template() -> bytes:
    """模板 of the register."""
    book = blank_book("登记", COLUMNS, WIDTHS, FILLED_IN)
    sheet = book.active
    for cell in sheet[1]:
        sheet.column_dimensions[cell.column_letter].number_format = "@"
    ways = DataValidation(type="list", formula1='"' + ",".join(HOW) + '"', allow_blank=True)
    column = sheet[1][COLUMNS.index(CONSENT)].column_letter
    ways.add(f"{column}2:{column}{FILLED_IN}")
    sheet.add_data_validation(ways)
    return bytes_of(book)
