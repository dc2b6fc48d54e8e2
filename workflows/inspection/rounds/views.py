"""The pages of two rounds side by side, masked and, for a stated purpose, in clear."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from cases.dossier.models import Case
from workflows.inspection import queries
from workflows.inspection.forms import PurposeForm
from workflows.inspection.rounds.queries import Between, between, ends_of
from workflows.inspection.rounds.queries import shown as in_clear


@login_required
@require_GET
def rounds(request: HttpRequest, number: str) -> HttpResponse:
    """轮次对比: the last two rounds, or the two that the address names."""
    found = queries.get_inspected(request.user, number)
    return _page(request, found, between(found, *_named(request, found)), PurposeForm())


@login_required
@require_POST
def shown(request: HttpRequest, number: str) -> HttpResponse:
    """显示两轮的内容 for a stated purpose, on this one page."""
    found = queries.get_inspected(request.user, number)
    form, named = PurposeForm(request.POST), _named(request, found)
    if not form.is_valid():
        return _page(request, found, between(found, *named), form, status=422)
    return _page(request, found, in_clear(request.user, found, *named, purpose=form.cleaned_data["purpose"]), None)


def _named(request: HttpRequest, case: Case) -> tuple[int, int]:
    known = sorted(ends_of(case))
    given = [request.GET.get(name, "") for name in ("first", "second")]
    usual = (known[-2] if len(known) > 1 else known[-1], known[-1])
    first, second = (
        int(text) if text.isdecimal() and len(text) < 6 else number for text, number in zip(given, usual, strict=True)
    )
    return first, second


def _page(request: HttpRequest, case: Case, found: Between, form: Any, status: int = 200) -> HttpResponse:
    return render(request, "inspection/rounds.html", {"case": case, "between": found, "form": form}, status=status)
