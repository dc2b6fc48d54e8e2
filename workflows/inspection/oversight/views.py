"""The pages of the supervisory board: inspectors' deeds and looks of a month in numbers, and the list behind each."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workflows.inspection.oversight import queries


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """检查员的行为 of a month in numbers."""
    first, numbers = queries.numbers(request.user, request.GET.get("month", ""))
    context = {
        "first": first,
        "before": f"{queries.month_before(first):%Y-%m}",
        "after": f"{queries.month_after(first):%Y-%m}",
        "numbers": numbers,
    }
    return render(request, "oversight/home.html", context)


@login_required
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """清单 behind one number."""
    names = ("person", "kind", "action", "outcome", "after")
    given = {name: request.GET.get(name, "") for name in names}
    first, page = queries.entries(request.user, request.GET.get("month", ""), **given)
    return render(request, "oversight/entries.html", {"first": first, "page": page})
