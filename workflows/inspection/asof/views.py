"""The pages of a deed opened again, masked and, for a stated purpose, in clear."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from cases.dossier.models import Case
from workflows.inspection import queries, timeline
from workflows.inspection.asof.queries import AsOf, as_of
from workflows.inspection.asof.queries import shown as in_clear
from workflows.inspection.forms import PurposeForm


@login_required
@require_GET
def then(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """当时所见 of one deed."""
    found = queries.get_inspected(request.user, number)
    return _page(request, found, pk, as_of(found, timeline.get_event(found, pk)), PurposeForm())


@login_required
@require_POST
def shown(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """显示当时的内容 for a stated purpose, on this one page."""
    found = queries.get_inspected(request.user, number)
    event, form = timeline.get_event(found, pk), PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, pk, as_of(found, event), form, status=422)
    seen = in_clear(request.user, found, event, purpose=form.cleaned_data["purpose"])
    return _page(request, found, pk, seen, None)


def _page(request: HttpRequest, case: Case, pk: int, seen: AsOf, form: Any, status: int = 200) -> HttpResponse:
    context = {"case": case, "seen": seen, "entry": timeline.one(case, "event", pk), "form": form}
    return render(request, "inspection/asof/then.html", context, status=status)
