"""The counter (柜台) gives out another paper code: the form, and the receipt that is shown once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.apply.actions import may_renew_code, renew_code
from cases.calendar import clock
from cases.errors import Invalid
from cases.notices.queries import track_address
from cases.sealed import seal, unseal
from workflows.desk.casefile.opening import open_whole
from workflows.desk.counter.forms import RenewCodeForm

_COLUMN = "session.paper_code"


@login_required
def code(request: HttpRequest, number: str) -> HttpResponse:
    """换发查询码; the new one goes to the receipt, sealed, and is taken from the session as it is shown."""
    found = open_whole(request.user, number)
    may_renew_code(case=found.case, by=request.user)
    form = RenewCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = renew_code(case=found.case, by=request.user, **form.cleaned_data)
        except Invalid as fault:
            form.refuse(fault)
        else:
            request.session[_kept(number)] = seal(made, _COLUMN)
            return redirect("case:code_receipt", number)
    context = {"file": found, "case": found.case, "form": form}
    return render(request, "desk/code.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def code_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """查询码回执 to be printed, once; opened again it leads back to the form."""
    found = open_whole(request.user, number)
    post = may_renew_code(case=found.case, by=request.user)
    kept = request.session.pop(_kept(number), "")
    if not kept:
        messages.info(request, _("查询码只显示一次。没有打印好的，请再换发一个。"))
        return redirect("case:code", number)
    context = {
        "case": found.case, "code": unseal(kept, _COLUMN), "office": post.office, "now": clock.now(),
        "address": track_address(number), "back": reverse("case:home", args=[number]),
    }  # fmt: skip
    return render(request, "desk/code_receipt.html", context)


def _kept(number: str) -> str:
    return f"renewed_code:{number}"
