"""The inspector's search: by any fact in the address, and by what stands in none."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cases.programme import programme
from cases.states import state
from workflows.inspection import nav, queries
from workflows.inspection.forms import PrivateForm, SearchForm
from workflows.inspection.search.facts import wanted
from workflows.inspection.search.private import ask_in_private, asked_in_private


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """查案卷."""
    queries.require_inspection(request.user)
    return _page(request, PrivateForm())


@login_required
@require_POST
def private(request: HttpRequest) -> HttpResponse:
    """保密查找: nothing of what was typed goes into an address; the filters in force stay."""
    queries.require_inspection(request.user)
    form = PrivateForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = dict(form.cleaned_data)
    token = ask_in_private(request.user, given, purpose=given.pop("purpose"), session=request.session)
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query["secret"] = token
    return redirect(f"{reverse('inspection:search')}?{query.urlencode()}")


def _page(request: HttpRequest, private_form: PrivateForm, status: int = 200) -> HttpResponse:
    form = SearchForm(request.GET or None)
    filters: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    hidden = asked_in_private(request.session, filters["secret"]) if filters.get("secret") else Q()
    asked = Q(pk__in=[]) if hidden is None or form.errors else wanted(filters) & hidden
    found = queries.search(
        request.user, asked, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "form": form,
        "private": private_form,
        "is_over": hidden is None,
        "is_private": bool(filters.get("secret")) and hidden is not None,
        "page": found,
        "rows": [(case, state(case.state), programme(case.programme)) for case in found.rows],
        "rooms": nav.rooms(),
    }
    return render(request, "inspection/search.html", context, status=status)
