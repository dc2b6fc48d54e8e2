"""The page on which a draft goes out as a spreadsheet and comes back: tried first, saved when seen."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.errors import Invalid
from cases.policy import actions, queries, sheets
from cases.policy.cards import card
from cases.policy.models import PolicyVersion
from cases.policy.more_forms import SheetForm
from cases.policy.tables import changes_between
from cases.sheet_pages import shown_faults, workbook


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """导出: the version's own rows as a spreadsheet."""
    held = queries.version_for(request.user, pk)
    return workbook(sheets.written(queries.own_rows(held)), f"policy-{held.programme}-{held.number}.xlsx")


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """试导入: faults by cell, or what would change, with the button that saves it."""
    held = queries.draft_for(request.user, pk)
    form = SheetForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    context: dict[str, Any] = {"version": held, "programme": card(held.programme), "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _tried(held, form.cleaned_data["file"].read(sheets.MOST_BYTES + 1))
        except Invalid as refusal:
            form.take(refusal)
    status = 422 if form.errors or context.get("faults") else 200
    return render(request, "policy/sheet.html", context, status=status)


def _tried(held: PolicyVersion, data: bytes) -> dict[str, Any]:
    numbers = {clause.number for clause in queries.clauses_of(held.programme)}
    read = sheets.read(data, clauses=numbers)
    if read.faults:
        return shown_faults(read.faults)
    changes = changes_between(queries.own_rows(held), queries.citing(held.programme, read.rows))
    return {"tried": True, "changes": changes, "packed": sheets.packed(read.rows), "seen": queries.fingerprint(held)}


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """保存 what was tried and seen, all of it or nothing."""
    held = queries.draft_for(request.user, pk)
    rows = sheets.unpacked(request.POST.get("packed", ""))
    actions.put_rows(version=held, rows=rows, seen=request.POST.get("seen", ""), by=request.user)
    messages.success(request, _("已保存。"))
    return redirect("policy:version", pk)
