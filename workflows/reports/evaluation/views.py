"""The pages of the evaluation: the branches of a quarter, one branch, an answer, the cases behind a number, the officers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.errors import Invalid, NotFound
from workflows.reports.evaluation import actions, queries
from workflows.reports.evaluation.forms import AnswerForm, AssignForm
from workflows.reports.evaluation.models import EvaluationRound
from workflows.reports.queries import areas_of
from workflows.reports.rules import quarter_name


def _round(name: str) -> EvaluationRound:
    found = queries.get_round(name)
    if found is None:
        raise NotFound()
    return found


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """考核: the branches of a quarter; `mine` keeps to the counties that the viewer looks after."""
    areas_of(request.user)
    one = queries.get_round(request.GET.get("quarter", ""))
    mine = "mine" in request.GET
    context = {
        "branches": queries.branches(request.user, one, mine=mine) if one else [],
        "quarter": quarter_name(one.quarter) if one else "",
        "quarters": [quarter_name(each.quarter) for each in queries.rounds()],
        "round": one,
        "mine": mine,
    }
    return render(request, "evaluation/home.html", context)


@login_required
@require_safe
def branch(request: HttpRequest, quarter: str, area: str) -> HttpResponse:
    """一个县区的一季: each indicator with its numbers, what it was before, what was promised."""
    one = _round(quarter)
    name, total, lines = queries.branch(request.user, one, area)
    context = {"round": one, "quarter": quarter, "area": area, "name": name, "total": total, "lines": lines}
    return render(request, "evaluation/branch.html", context)


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """答复 one figure."""
    figure = queries.figure_of(request.user, pk)
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm()
    if form.is_valid():
        try:
            actions.answer(figure=figure, by=request.user, **form.cleaned_data)
            messages.success(request, _("已答复，下一季度会对照看。"))
            return redirect("evaluation:branch", quarter_name(figure.round.quarter), figure.area)
        except Invalid as fault:
            form.refuse(fault)
    known = next(row for row in figure.round.indicators if row["code"] == figure.code)
    context = {"figure": figure, "form": form, "known": known, "quarter": quarter_name(figure.round.quarter)}
    return render(request, "evaluation/answer.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def behind(request: HttpRequest, quarter: str, area: str, code: str) -> HttpResponse:
    """清单 behind a number: all that was looked at, or with `counted` what counts of it."""
    counted, after = "counted" in request.GET, request.GET.get("after", "")
    one = _round(quarter)
    page = queries.behind(request.user, one, area, code, counted=counted, after=after)
    indicator = queries.indicator_of(one, code)
    context = {"page": page, "quarter": quarter, "area": area, "indicator": indicator, "counted": counted}
    return render(request, "evaluation/behind.html", context)


@login_required
def officers(request: HttpRequest) -> HttpResponse:
    """分片包抓: who looks after which county; a head gives one to another."""
    rows = queries.liaisons(request.user)
    form = AssignForm(request.POST) if request.method == "POST" else AssignForm()
    if form.is_valid():
        try:
            actions.assign(by=request.user, **form.cleaned_data)
            return redirect("evaluation:officers")
        except Invalid as fault:
            form.refuse(fault)
    context = {"rows": rows, "form": form, "assigns": queries.assigns(request.user)}
    return render(request, "evaluation/officers.html", context, status=422 if form.errors else 200)
