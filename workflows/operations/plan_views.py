"""The pages of plans: all of them, one with its cases, making one for a case or for a road, signing, dropping, taking back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access.queries import get_case, may, require
from cases.errors import Invalid
from workflows.operations import actions
from workflows.operations import plans as read
from workflows.operations.actions.planning import MAKE, SIGN
from workflows.operations.forms import PlanForm, RoadPlanForm
from workflows.operations.roads import PROVINCE
from workflows.operations.views import tabs


@login_required
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """干预计划."""
    rows, after = read.plans(request.user, request.GET.get("after", ""))
    context = {
        "rows": rows,
        "after": after,
        "may_make": may(request.user, MAKE, PROVINCE),
        "room_tabs": tabs(request.user, "plans"),
    }
    return render(request, "operations/plans.html", context)


@login_required
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: what it does, what the trial said of each case, and how far it is."""
    found = read.plan_of(request.user, pk)
    lines, after = read.lines(found, request.GET.get("after", ""))
    signs = may(request.user, SIGN, PROVINCE) is not None and found.made_by_id != request.user.pk
    context = {
        "plan": found,
        "said": read.said(found),
        "correction": read.correction(request.user, found),
        "lines": lines,
        "after": after,
        "progress": read.progress(found),
        "may_sign": signs and found.state == "ready",
        "may_drop": may(request.user, MAKE, PROVINCE) is not None and found.state in ("checking", "ready"),
        "may_undo": signs and found.kind == "migrate" and found.state == "done",
    }
    return render(request, "operations/plan.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def plan_case(request: HttpRequest, number: str) -> HttpResponse:
    """干预 one case."""
    case = get_case(request.user, number)
    require(request.user, MAKE, PROVINCE)
    form = PlanForm(request.POST or None, case=case)
    if form.is_valid():
        try:
            made = actions.make_plan(cases=[case], by=request.user, **form.given())
            return _tried(request, made)
        except Invalid as fault:
            form.refuse(fault)
    return _form(request, form, case=case)


@login_required
@require_http_methods(["GET", "POST"])
def plan_road(request: HttpRequest) -> HttpResponse:
    """换流程版本 of the cases of a road."""
    require(request.user, MAKE, PROVINCE)
    form = RoadPlanForm(request.POST or None, route=request.GET.get("route", ""))
    if form.is_valid():
        given, reason = form.given(), form.cleaned_data["reason"]
        try:
            chosen = read.running_on(given.pop("flow"), given.pop("place"))
            made = actions.make_plan(kind="migrate", cases=chosen, reason=reason, by=request.user, **given)
            return _tried(request, made)
        except Invalid as fault:
            form.refuse(fault)
    return _form(request, form)


def _tried(request: HttpRequest, made: Any) -> HttpResponse:
    actions.advance_plan(made)
    messages.success(request, _("计划已试算，还什么都没有改。请另一位负责人签批。"))
    return redirect("operations:plan", made.pk)


def _form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "operations/plan_form.html", {"form": form, **context}, status=status)


@login_required
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """签批, as the second person."""
    found = read.plan_of(request.user, pk)
    actions.sign(plan=found, digest=request.POST.get("digest", ""), by=request.user)
    messages.success(request, _("已签批，正在一件一件执行。"))
    return redirect("operations:plan", pk)


@login_required
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """作废."""
    actions.drop_plan(plan=read.plan_of(request.user, pk), by=request.user)
    messages.success(request, _("计划已作废。"))
    return redirect("operations:plan", pk)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回换版本."""
    actions.undo_plan(plan=read.plan_of(request.user, pk), by=request.user)
    messages.success(request, _("正在一件一件撤回。已经往下走的不撤。"))
    return redirect("operations:plan", pk)


@login_required
@require_GET
def stuck(request: HttpRequest) -> HttpResponse:
    """卡住的案卷."""
    rows, after = read.stuck_cases(request.user, request.GET.get("after", ""))
    context = {"rows": rows, "after": after, "room_tabs": tabs(request.user, "stuck")}
    return render(request, "operations/stuck.html", context)
