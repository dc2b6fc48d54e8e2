"""Spreadsheets that people fill in (模板): the register of a village, and the results of a day with those who were registered; all cells as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import override
from openpyxl.worksheet.datavalidation import DataValidation

from cases.blank_sheets import blank_book, bytes_of
from cases.screening.result_rows import YES_NO, Column, columns_of
from cases.screening.rules import COLUMNS, CONSENT, HOW

WIDTHS = (14, 24, 16, 26, 14, 14)
FILLED_IN = 1000
LONGEST = 250
"""So long a list of choices a cell may have."""


def register() -> bytes:
    """登记表模板, with the ways of consent to choose from."""
    book = blank_book("登记", COLUMNS, WIDTHS, FILLED_IN)
    _as_text(book.active)
    _choose(book.active, COLUMNS.index(CONSENT) + 1, list(HOW), FILLED_IN)
    return bytes_of(book)


def results(kind: str, people: Iterable[tuple[str, str]]) -> bytes:
    """结果表模板 for eyes or ears, with number and name of these people; what can be chosen is offered."""
    columns = columns_of(kind)
    book = blank_book("结果", [one.name for one in columns], [max(12, 2 * len(one.name) + 2) for one in columns], 1)
    sheet = book.active
    _as_text(sheet)
    last = 1
    for last, person in enumerate(people, 2):
        for place, text in enumerate(person, 1):
            sheet.cell(last, place, text).number_format = "@"
    sheet.freeze_panes = "C2"
    for place, column in enumerate(columns, 1):
        _choose(sheet, place, _offered(column), max(last, FILLED_IN))
    return bytes_of(book)


def _offered(column: Column) -> list[str]:
    if column.reads == YES_NO:
        return ["是", "否"]
    with override("zh-hans"):
        return [] if column.many else [str(said) for _code, said in column.words]


def _as_text(sheet: Any) -> None:
    for cell in sheet[1]:
        sheet.column_dimensions[cell.column_letter].number_format = "@"


def _choose(sheet: Any, place: int, words: Sequence[str], rows: int) -> None:
    said = ",".join(words)
    if not words or len(said) > LONGEST:
        return
    choice = DataValidation(type="list", formula1=f'"{said}"', allow_blank=True)
    column = sheet.cell(1, place).column_letter
    choice.add(f"{column}2:{column}{rows}")
    sheet.add_data_validation(choice)
