"""The page of lists of other agencies: try a file, see its faults by cell, compare it; what was compared before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.access.queries import require
from cases.duplicates import actions, agencies, lists, sheets
from cases.duplicates.forms import AgencyListForm
from cases.errors import Invalid
from cases.sheet_pages import shown_faults, workbook
from cases.sheets import MOST_BYTES, digest


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """名单比对: what was compared, and the form to try and compare a list."""
    context: dict[str, Any] = {"runs": agencies.runs(request.user)}
    form = AgencyListForm(request.POST or None, request.FILES or None)
    context["form"] = form
    if request.method == "POST" and form.is_valid():
        try:
            answer = _take(request, form, context)
        except Invalid as refusal:
            form.take(refusal)
        else:
            if answer is not None:
                return answer
    return render(request, "duplicates/lists.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, form: AgencyListForm, context: dict[str, Any]) -> HttpResponse | None:
    told = dict(form.cleaned_data)
    data, tried = told.pop("file").read(MOST_BYTES + 1), told.pop("tried")
    if request.POST.get("way") == "import":
        made = actions.compare_list(data=data, tried_sha256=tried, by=request.user, **told)
        messages.success(
            request, _("比对了 %(rows)s 人，命中 %(n)s 件。名单没有保存。") % {"rows": made.rows, "n": made.matches}
        )
        return redirect("lists:home")
    sheet = agencies.examine(request.user, data)
    context |= {"sheet": sheet, **shown_faults(sheet.faults)}
    context["form"] = AgencyListForm(initial={**told, "tried": "" if sheet.faults else digest(data)})
    return None


@login_required
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """下载模板."""
    require(request.user, agencies.RIGHT, agencies.PROVINCE)
    return workbook(sheets.template("名单", lists.COLUMNS, (16, 24, 14)), "list.xlsx")
