"""The consents of my case, and taking one back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.consent import actions, queries
from cases.dossier.queries import my_draft
from cases.people.queries import is_applicant
from cases.signin import signed_in


@signed_in
@require_safe
def mine(request: HttpRequest, token: UUID) -> HttpResponse:
    """我的同意: what I agreed to, in the words that were shown, and what I may withdraw."""
    case = my_draft(request.user, token)
    context = {"case": case, "consents": queries.standing(case), "may_withdraw": is_applicant(request.user, case)}
    return render(request, "consent/mine.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: UUID, kind: str) -> HttpResponse:
    """撤回同意: asked once more on its own page, with what follows from it."""
    case = my_draft(request.user, token)
    found = next((one for one in queries.standing(case) if one.kind == kind), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        actions.withdraw(case=case, kind=kind, by=request.user)
        messages.success(request, _("已经撤回。"))
        return redirect("consent:mine", token=token)
    context = {"case": case, "consent": found, "may_withdraw": is_applicant(request.user, case)}
    return render(request, "consent/withdraw.html", context)
