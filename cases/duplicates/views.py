"""The page of past grants: try a spreadsheet, see its faults by cell, import it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.access.queries import require
from cases.duplicates import actions, queries, sheets
from cases.duplicates.forms import PastGrantForm
from cases.errors import Invalid
from cases.sheet_pages import shown_faults, workbook
from cases.sheets import MOST_BYTES, digest


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """既往救助: what was imported, and the form to try and import a list."""
    imports = queries.imports(request.user)
    form = PastGrantForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "imports": imports}
    if request.method == "POST" and form.is_valid():
        try:
            answer = _take(request, form, context)
        except Invalid as refusal:
            form.take(refusal)
        else:
            if answer is not None:
                return answer
    return render(request, "duplicates/past_grants.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, form: PastGrantForm, context: dict[str, Any]) -> HttpResponse | None:
    data = form.cleaned_data["file"].read(MOST_BYTES + 1)
    if request.POST.get("way") == "import":
        made = actions.import_past_grants(data=data, tried_sha256=form.cleaned_data["tried"], by=request.user)
        messages.success(request, _("已导入 %(rows)s 行。") % {"rows": made.rows})
        return redirect("past_grants:home")
    sheet = queries.examine(request.user, data)
    context |= {"sheet": sheet, **shown_faults(sheet.faults)}
    context["form"] = PastGrantForm(initial={"tried": "" if sheet.faults else digest(data)})
    return None


@login_required
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """下载模板."""
    require(request.user, queries.RIGHT, queries.PROVINCE)
    return workbook(sheets.template(), "past-grants.xlsx")
