"""The page of stand-ins: who does whose steps, give one, end one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import actions
from cases.access.queries import must_serve
from cases.calendar import clock
from cases.errors import Invalid
from workflows.desk.standing.forms import StandInForm
from workflows.desk.standing.queries import shown_to


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """替岗: those I see, and the form for a new one."""
    must_serve(request.user)
    form = StandInForm(request.POST if request.method == "POST" else None, viewer=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_stand_in(**form.cleaned_data, by=request.user)
        except Invalid as fault:
            form.refuse(fault)
        else:
            messages.success(request, _("已委托。替岗的人办的事会写明两个人的姓名。"))
            return redirect("standing:home")
    context = {"form": form, "rows": shown_to(request.user), "today": clock.today(), "viewer": request.user}
    return render(request, "desk/stand_ins.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """结束替岗."""
    must_serve(request.user)
    actions.end_stand_in(stand_in=pk, by=request.user)
    messages.success(request, _("替岗已结束。"))
    return redirect("standing:home")
