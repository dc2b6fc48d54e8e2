"""The tables of speed and of follow-ups as files (导出): the lines of the page with all their numbers, as xlsx or csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from workflows.reports.quality import Quality, headings
from workflows.reports.queries import Figures, Line
from workflows.reports.rules import MEASURES

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def sheet(kind: str, road: Line, lines: list[Line], names: tuple[str, str]) -> bytes:
    """导出: one row a line and selection; `names` are the two selections in words."""
    rows = [_heading(), *_cells(road, names)]
    for line in lines:
        rows += _cells(line, names)
    return _written(kind, rows)


def quality_sheet(kind: str, lines: list[Quality]) -> bytes:
    """导出 the follow-ups: one row a programme and county, as on the page."""
    rows = [[_plain(line.programme), _plain(line.county), *line.numbers] for line in lines]
    return _written(kind, [[_("项目"), _("受理地区"), *headings()], *rows])


def _written(kind: str, rows: list[list[Any]]) -> bytes:
    return _xlsx(rows) if kind == "xlsx" else _csv(rows)


def _heading() -> list[Any]:
    spans = [
        words
        for name in (_("等待"), _("办理"), _("中止"), _("全程"))
        for words in (
            _("%(name)s中位数（工作日）") % {"name": name},
            _("%(name)s九成不超过（工作日）") % {"name": name},
        )
    ]
    return [_("环节或机构"), _("选择"), _("办结件数"), *spans, _("返工 %"), _("退回 %"), _("超期 %")]


def _cells(line: Line, names: tuple[str, str]) -> Iterator[list[Any]]:
    for name, figures in zip(names, (line.this, line.other), strict=True):
        yield [_plain(line.name), _plain(name), *_numbers(figures)]


def _numbers(figures: Figures) -> list[Any]:
    spans = [value for name in MEASURES for value in figures.spans[name]]
    return [figures.done, *spans, *figures.parts.values()]


def _plain(words: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{words}" if words[:1] in "=+-@\t\r" else words


def _csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.column_dimensions["A"].width = page.column_dimensions["B"].width = 28
    page.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
