"""The invoices of a case (票据): the list with what should be looked at, one more, and one taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.calendar import clock
from cases.errors import Refusal
from cases.evidence.forms import InvoiceForm
from workflows.actions.invoices import enter_invoice, take_out_invoice
from workflows.desk.casefile.opening import item_of, open_whole
from workflows.desk.casefile.queries import File
from workflows.desk.invoices.queries import page_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invoices(request: HttpRequest, number: str) -> HttpResponse:
    """票据: who may read the case reads them; whoever holds a review step enters one."""
    found = open_whole(request.user, number)
    page = page_of(found)
    form = InvoiceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            enter_invoice(**_shown(request, found), given=form.cleaned_data)
        except Refusal as fault:
            if fault.code not in ("invoice", "invoice_used"):
                raise
            form.refuse(fault)
        else:
            messages.success(request, _("已录入。"))
            return redirect("case:invoices", number)
    found.enter(clock.now())
    context = {"file": found, "case": found.case, "form": form, **page}
    return render(request, "desk/invoices.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def take_out(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """取出录错的票据."""
    found = open_whole(request.user, number)
    take_out_invoice(**_shown(request, found), invoice=pk)
    messages.success(request, _("已取出，留在历史里。"))
    return redirect("case:invoices", number)


def _shown(request: HttpRequest, found: File) -> dict[str, Any]:
    given = {name: request.POST.get(name, "") for name in ("item", "row_version")}
    numbers = {name: int(value) if value.isascii() and value.isdecimal() else None for name, value in given.items()}
    item = item_of(found, numbers["item"]) or found.item
    if item is None:
        raise Refusal(_("这件现在没有待办的环节。"), code="nothing_open", status=409)
    return {"item": item, "row_version": numbers["row_version"], "by": request.user}
