"""The inspector's pages: timeline, one event, and the check of a chain."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from cases.calendar import clock
from cases.dossier.models import Case
from cases.follow_up.queries import drawn_again
from cases.history.check import verify as verify_history
from cases.programme import programme
from cases.states import state
from project.databases import reading_alias
from workflows.inspection import queries, timeline
from workflows.inspection.because import answer_behind, opened
from workflows.inspection.forms import PurposeForm, TimelineFilter
from workflows.inspection.hasty import hasty as find_hasty
from workflows.inspection.refusals import month_of, tries
from workflows.inspection.rules import CATEGORIES, reason_of_refusal


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
        "timeline": timeline.timeline(found, wanted, after=request.GET.get("after", "")),
        "head": queries.head_of(found),
        "lots": drawn_again(found),
        **extra,
    }
    return render(request, "inspection/case.html", context)


@login_required
@require_GET
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """打印留痕: the whole timeline of a case, or one kind of it, on one sheet; printing is recorded as a look."""
    found = queries.get_inspected(request.user, number)
    form = TimelineFilter(request.GET)
    wanted = form.cleaned_data["kind"] if form.is_valid() else ""
    context = {
        "case": found,
        "state": state(found.state),
        "programme": programme(found.programme),
        "wanted": CATEGORIES.get(wanted, ""),
        "entries": timeline.whole_timeline(found, wanted),
        "head": queries.head_of(found),
        "now": clock.now(),
    }
    return render(request, "inspection/print.html", context)


@login_required
@require_GET
def hasty(request: HttpRequest) -> HttpResponse:
    """办得太快: decisions with too few seconds for reading, or with papers never opened."""
    return render(
        request, "inspection/hasty.html", {"page": find_hasty(request.user, after=request.GET.get("after", ""))}
    )


@login_required
@require_GET
def refusals(request: HttpRequest) -> HttpResponse:
    """被拒绝的操作 of a month in numbers."""
    month = month_of(request.user, request.GET.get("month", ""))
    return render(request, "inspection/refusals.html", {"month": month})


@login_required
@require_GET
def refused(request: HttpRequest) -> HttpResponse:
    """清单 behind one number."""
    given = {name: request.GET.get(name, "") for name in ("code", "role", "after")}
    office = request.GET.get("office", "")
    month = request.GET.get("month", "")
    found = tries(request.user, month, office=int(office) if office.isdigit() else 0, **given)
    return render(
        request, "inspection/refused.html", {"page": found, "month": month, "reason": reason_of_refusal(given["code"])}
    )


@login_required
@require_GET
def entry(request: HttpRequest, number: str, kind: str, pk: int) -> HttpResponse:
    """One event or look, by the address that can be cited."""
    found = queries.get_inspected(request.user, number)
    is_answer = kind == "event" and answer_behind(found, timeline.get_event(found, pk)) is not None
    context = {"case": found, "entry": timeline.one(found, kind, pk), "form": PurposeForm() if is_answer else None}
    return render(request, "inspection/entry.html", context)


@login_required
@require_POST
def reveal(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """显示历次内容 of a sealed answer, for a stated purpose, on this one page."""
    found = queries.get_inspected(request.user, number)
    event, form = timeline.get_event(found, pk), PurposeForm(request.POST)
    context = {"case": found, "entry": timeline.one(found, "event", pk), "form": form}
    if form.is_valid():
        context["versions"] = opened(request.user, found, event, purpose=form.cleaned_data["purpose"])
    return render(request, "inspection/entry.html", context)


@login_required
@require_POST
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """核验: recompute every hash of the case; changes nothing."""
    found = queries.get_inspected(request.user, number)
    return _timeline(request, found, report=verify_history(connections[reading_alias()], case=found.pk))
