"""The list of urgent aid (急难救助台账), as a page and as a file."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.history.record import record_access
from cases.text import listed as strung
from cases.urgent import queries
from cases.urgent.rules import FLAGS


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """台账: each case with reasons, approver, amount, dates and flag."""
    page = queries.listed(request.user, today=clock.today(), after=request.GET.get("after", ""))
    rows = [(line, *FLAGS[line.flag]) for line in page.rows]
    return render(request, "urgent/list.html", {"rows": rows, "page": page})


@login_required
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """导出 the list as csv; who took it stands in the record of access."""
    lines = list(queries.exported(request.user, today=clock.today()))
    record_access("export", object=request.user, fields=["number", "masked_name"], by=request.user, purpose="urgent")
    out = io.StringIO()
    writer = csv.writer(out)
    heads = (
        _("案卷"), _("姓名"), _("原因"), _("提请人"), _("审批人"), _("金额"), _("审批日期"), _("到账日期"), _("最晚追认"), _("追认日期"), _("标记"),
    )  # fmt: skip
    writer.writerow(heads)
    writer.writerows(_cells(line) for line in lines)
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="urgent.csv"'
    return answer


def _cells(line: queries.Line) -> list[Any]:
    aid = line.aid
    cells = (
        aid.case.number, aid.case.masked_name, strung(line.reasons), aid.asked_by.name, aid.approved_by.name, aid.amount,
        local_day(aid.approved_at), aid.payout.paid_on, aid.confirm_by, aid.settled_at and local_day(aid.settled_at),
        FLAGS[line.flag][0],
    )  # fmt: skip
    return [_plain("" if cell is None else str(cell)) for cell in cells]


def _plain(words: str) -> str:
    """What a spreadsheet does not take for a formula."""
    return f"'{words}" if words[:1] in "=+-@\t\r" else words
