"""Spreadsheets in and out: xlsx and csv read as plain cells, and the template that people fill in."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.styles import Font
from python_calamine import CalamineError, CalamineWorkbook

from cases.duplicates.rules import COLUMNS
from cases.errors import Invalid

MOST_BYTES = 4 * 1024 * 1024


def digest(data: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()


def cells(data: bytes) -> list[list[Any]]:
    """The cells of the first sheet of an xlsx, or of a csv in UTF-8 or GBK. Raises Invalid with what to do."""
    if len(data) > MOST_BYTES:
        raise _unreadable(_("文件太大，最多 4 MB。请分成几个文件。"))
    if data.startswith(b"PK"):
        return _from_xlsx(data)
    if not data.strip() or b"\0" in data:
        raise _unreadable(_("打不开这个文件。请用模板另存为 xlsx 或 csv。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [list(row) for row in csv.reader(io.StringIO(data.decode(encoding)))]
        except UnicodeDecodeError:
            continue
    raise _unreadable(_("打不开这个文件。请用模板另存为 xlsx 或 csv。"))


def _from_xlsx(data: bytes) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError) as error:
        raise _unreadable(_("打不开这个文件。请用模板另存为 xlsx 或 csv。")) from error


def _unreadable(sentence: Any) -> Invalid:
    return Invalid(sentence, fields={"file": sentence}, code="unreadable")


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
