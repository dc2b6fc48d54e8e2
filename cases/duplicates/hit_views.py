"""The page of the hits of one case: what was found twice, how it was decided, and the form to decide one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.models import Post
from cases.access.queries import get_case, require
from cases.dossier.models import Case
from cases.duplicates import actions, hits
from cases.duplicates.forms import HitForm
from cases.errors import Invalid
from cases.history.record import record_access


@login_required
@require_http_methods(["GET", "POST"])
def case_hits(request: HttpRequest, number: str) -> HttpResponse:
    """查重命中: the list, and for the chosen one the form with verdict and reason."""
    case = get_case(request.user, number)
    post = require(request.user, hits.RIGHT, case.handling_code)
    form = HitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_hit(case=case, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已处理。比对的资料有变化时会再提出来。"))
            return redirect("hits:case", number)
    _look(case, post, request.user)
    return render(request, "duplicates/hits.html", _shown(request, case, form), status=422 if form.errors else 200)


def _look(case: Case, post: Post, viewer: Any) -> None:
    """查阅留痕 before the page shows hits."""
    office = post.office.name
    record_access("read", object=case, fields=["hits"], by=viewer, case_id=case.pk, role=post.role_id, office=office)


def _shown(request: HttpRequest, case: Case, form: HitForm) -> dict[str, Any]:
    rows = hits.hits_of(request.user, case)
    chosen = hits.chosen(rows, request.POST.get("subject") or request.GET.get("at", ""))
    if chosen is not None and request.method == "GET":
        one = chosen.finding
        form = HitForm(initial={"kind": one.kind, "subject": one.subject, "fingerprint": one.fingerprint})
    return {"case": case, "rows": rows, "chosen": chosen, "form": form, "unmet": hits.unmet_of([case])[case.pk]}
