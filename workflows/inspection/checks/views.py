"""The pages of the standing checks: the list, one check with its hits, one hit with its proof, and what an inspector does there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.errors import Invalid
from workflows.inspection.checks import actions, queries
from workflows.inspection.checks.forms import MarkForm, NumbersForm
from workflows.inspection.checks.sweeping import numbers


@login_required
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """常设核查: each check with its numbers, and how far the last runs have come."""
    context = {"lines": queries.lines(request.user), "runs": queries.last_runs(request.user)}
    return render(request, "inspection/checks/checks.html", context)


@login_required
@require_GET
def check(request: HttpRequest, code: str) -> HttpResponse:
    """一项核查: what it asks and why, its numbers, and its hits in one state."""
    found = queries.check_of(request.user, code)
    state = request.GET.get("state", "open")
    page = queries.hits(request.user, code, state=state, after=request.GET.get("after", ""))
    present = [(number.label, numbers(found)[name]) for name, number in found.numbers.items()]
    context = {"check": found, "page": page, "tabs": _tabs(state), "numbers": present}
    return render(request, "inspection/checks/check.html", context)


def _tabs(state: str) -> list[dict[str, Any]]:
    return [
        {"label": words, "href": f"?state={name}", "current": name == state} for name, words in queries.STATES.items()
    ]


@login_required
@require_http_methods(["GET", "POST"])
def hit(request: HttpRequest, pk: int) -> HttpResponse:
    """一处命中: the rows that prove it, what was said of it, and the form for a false alarm."""
    found = queries.hit_of(request.user, pk)
    form = MarkForm(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.mark(hit=found, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已保存。证据有变化时会再提出来。"))
            return redirect("checks:hit", pk)
    context = {**queries.around(request.user, found), "form": form}
    return render(request, "inspection/checks/hit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """立即核查."""
    actions.run_checks(codes=request.POST.getlist("code"), by=request.user)
    messages.success(request, _("已开始核查。查完的部分马上能看，请过一会儿刷新。"))
    return redirect("checks:home")


@login_required
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """改口径 of one check."""
    found = queries.check_of(request.user, code)
    form = NumbersForm(found, numbers(found), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.set_numbers(code=code, values=form.values(), reason=form.cleaned_data["reason"], by=request.user)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("口径已改，从下一轮核查起算。"))
            return redirect("checks:check", code)
    context = {"check": found, "form": form}
    return render(request, "inspection/checks/rule.html", context, status=422 if form.errors else 200)
