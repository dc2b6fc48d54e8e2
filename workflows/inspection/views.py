"""The inspector's pages: read-only search, timeline, one event, and the check of a chain."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from cases.dossier.models import Case
from cases.history.check import verify as verify_history
from cases.programme import programme
from cases.states import state
from workflows.inspection import queries
from workflows.inspection.forms import SearchForm, TimelineFilter


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """查案卷."""
    queries.require_inspection(request.user)
    form = SearchForm(request.GET or None)
    filters: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = queries.search(
        request.user, filters, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    rows = [(case, state(case.state), programme(case.programme)) for case in found.rows]
    return render(request, "inspection/search.html", {"form": form, "page": found, "rows": rows})


@login_required
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """全部留痕 of one case."""
    return _timeline(request, queries.get_inspected(request.user, number))


def _timeline(request: HttpRequest, found: Case, **extra: Any) -> HttpResponse:
    form = TimelineFilter(request.GET)
    wanted = form.cleaned_data["kind"] if form.is_valid() else ""
    context = {
        "case": found,
        "state": state(found.state),
        "programme": programme(found.programme),
        "form": form,
        "timeline": queries.timeline(found, wanted, after=request.GET.get("after", "")),
        "head": queries.head_of(found),
        **extra,
    }
    return render(request, "inspection/case.html", context)


@login_required
@require_GET
def entry(request: HttpRequest, number: str, kind: str, pk: int) -> HttpResponse:
    """One event or look, by the address that can be cited."""
    found = queries.get_inspected(request.user, number)
    return render(request, "inspection/entry.html", {"case": found, "entry": queries.one(found, kind, pk)})


@login_required
@require_POST
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """核验: recompute every hash of the case; changes nothing."""
    found = queries.get_inspected(request.user, number)
    return _timeline(request, found, report=verify_history(connection, case=found.pk))
