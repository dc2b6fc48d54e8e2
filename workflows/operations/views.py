"""The pages of this room: what is suspended, suspend, let go on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access.queries import get_case, require
from cases.errors import Invalid
from workflows import suspended
from workflows.operations import actions, queries
from workflows.operations.forms import SuspendForm, SuspendRoadForm
from workflows.operations.plans import may_see
from workflows.operations.roads import PROVINCE


def tabs(viewer: Any, current: str) -> list[dict[str, Any]]:
    """The parts of this room that the viewer may open."""
    parts = {"suspensions": _("停办")}
    if may_see(viewer):
        parts |= {"plans": _("干预计划"), "stuck": _("卡住的案卷")}
    return [
        {"label": words, "href": reverse(f"operations:{name}"), "current": name == current}
        for name, words in parts.items()
    ]


@login_required
@require_GET
def suspensions(request: HttpRequest) -> HttpResponse:
    """停办清单."""
    rows, after = queries.suspensions(request.user, request.GET.get("after", ""))
    context = {
        "rows": rows,
        "after": after,
        "may_suspend_road": queries.may_suspend_road(request.user),
        "room_tabs": tabs(request.user, "suspensions"),
    }
    return render(request, "operations/suspensions.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def suspend(request: HttpRequest, number: str) -> HttpResponse:
    """停办 one case."""
    case = get_case(request.user, number)
    require(request.user, suspended.CASE, case.handling_code)
    form = SuspendForm(request.POST or None)
    if form.is_valid():
        try:
            actions.suspend(case=case, by=request.user, **form.cleaned_data)
            messages.success(request, _("已停办。恢复前谁也不能办理。"))
            return redirect("case:home", number)
        except Invalid as fault:
            form.refuse(fault)
    return _form(request, form, case=case)


@login_required
@require_http_methods(["GET", "POST"])
def suspend_road(request: HttpRequest) -> HttpResponse:
    """停办 a step or a version of a road."""
    require(request.user, suspended.ROAD, PROVINCE)
    form = SuspendRoadForm(request.POST or None)
    if form.is_valid():
        given, (flow, step) = form.cleaned_data, form.scope()
        try:
            actions.suspend_road(flow=flow, step=step, reason=given["reason"], until=given["until"], by=request.user)
            messages.success(request, _("已停办。走到这里的案卷都等着。"))
            return redirect("operations:suspensions")
        except Invalid as fault:
            form.refuse(fault)
    return _form(request, form)


def _form(request: HttpRequest, form: SuspendForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "operations/suspend.html", {"form": form, **context}, status=status)


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """恢复办理."""
    ended = actions.resume(suspension=queries.suspension(request.user, pk), by=request.user)
    messages.success(request, _("已恢复办理，时限顺延。"))
    return redirect("case:home", ended.case.number) if ended.case else redirect("operations:suspensions")
