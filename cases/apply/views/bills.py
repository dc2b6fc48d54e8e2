"""The invoices of a draft (票据): what was stated so far, one more, and one taken out again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.apply import actions
from cases.apply.task_list import stated
from cases.apply.views.draft import home_of
from cases.dossier.models import Case
from cases.dossier.queries import my_draft
from cases.errors import Refusal
from cases.evidence.forms import InvoiceForm
from cases.signin import signed_in
from cases.text import is_key


@signed_in
def invoices(request: HttpRequest, token: UUID) -> HttpResponse:
    """票据: each with the four numbers that stand on it; stays on the page for the next one."""
    case = my_draft(request.user, token)
    if case.state != "DRAFT":
        return redirect("dossier:case", number=case.number)
    page = stated(case)
    form = InvoiceForm(request.POST if request.method == "POST" else getattr(request, "kept", None))
    if ("remove" in request.POST or (request.method == "POST" and form.is_valid())) and _done(request, case, form):
        return redirect("dossier:invoices", token=token)
    context = {"case": case, "form": form, "back_href": home_of(request, case), **page}
    return render(request, "dossier/invoices.html", context, status=422 if form.is_bound and form.errors else 200)


def _done(request: HttpRequest, case: Case, form: InvoiceForm) -> bool:
    key = request.POST.get("remove")
    if key is not None:
        actions.take_back_invoice(case=case, invoice=int(key) if is_key(key) else 0, by=request.user)
        messages.success(request, _("已经删掉。"))
        return True
    try:
        actions.state_invoice(case=case, given=form.cleaned_data, by=request.user)
    except Refusal as fault:
        form.refuse(fault)
        return False
    messages.success(request, _("记下了，可以接着填下一张。"))
    return True
