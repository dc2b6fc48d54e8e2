"""The pages of a fitting centre: today's list, the test, the fitting of one ear, its checks; and the waiting list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cases.errors import Refusal
from cases.stock import actions, centres, fit_forms
from cases.stock.forms import posted

DONE = gettext_lazy("已登记。")


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """验配: who is to be tested, who comes to be fitted, whose check is due; one's own persons alone."""
    centres.must_fit(request.user)
    context = {
        "to_test": centres.to_test(request.user),
        "waiting": centres.waiting_here(request.user),
        "checks": centres.checks_due(request.user),
        "today": centres.today(),
    }
    return render(request, "stock/fit_home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def hearing_test(request: HttpRequest, number: str) -> HttpResponse:
    """登记听力检查."""
    referral = centres.get_referral(request.user, number)
    person = centres.person_of(request.user, referral.case)
    form = fit_forms.AudiogramForm(posted(request), limits=centres.limits_for(referral.case))
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_audiogram(case=referral.case, **form.given(), by=request.user)
        except Refusal as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("听力检查已登记。"))
            return redirect("fitting:home")
    context = {"referral": referral, "person": person, "form": form}
    return render(request, "stock/test.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def fitting(request: HttpRequest, pk: int) -> HttpResponse:
    """一只耳朵的验配: the person, the device, appointments, checks, and what may be done now."""
    found = centres.get_fitting(request.user, pk)
    context = {"fitting": found, "person": centres.person_of(request.user, found.case)}
    return render(request, "stock/fitting.html", context)


def _page(title: Any, form_class: Any, act: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """One thing that is done about one fitting, on a page of its own."""

    @login_required
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        found = centres.get_fitting(request.user, pk)
        person = centres.person_of(request.user, found.case)
        form = form_class(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                act(fitting=found, **form.given(), by=request.user)
            except Refusal as refusal:
                form.take(refusal)
            else:
                messages.success(request, DONE)
                return redirect("fitting:fitting", pk)
        context = {"fitting": found, "person": person, "form": form, "title": title}
        return render(request, "stock/fit_act.html", context, status=422 if form.errors else 200)

    return view


invite = _page(gettext_lazy("预约验配"), fit_forms.InviteForm, actions.invite)
fit = _page(gettext_lazy("验配发放"), fit_forms.FitForm, actions.fit)
end = _page(gettext_lazy("没有验配"), fit_forms.EndForm, actions.end_fitting)
died = _page(gettext_lazy("老人去世，不再复查"), fit_forms.DiedForm, actions.end_checks)
take_back = _page(gettext_lazy("退回设备"), fit_forms.ReturnForm, actions.take_back)


@login_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """登记复查."""
    found = centres.get_check(request.user, pk)
    person = centres.person_of(request.user, found.fitting.case)
    form = fit_forms.CheckForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_check(check=found, **form.given(), by=request.user)
        except Refusal as refusal:
            form.take(refusal)
        else:
            messages.success(request, DONE)
            return redirect("fitting:fitting", found.fitting_id)
    context = {"fitting": found.fitting, "person": person, "form": form, "title": centres.check_title(found)}
    return render(request, "stock/fit_act.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """轮候名单: who waits for a device, in order, each with the reason of his place."""
    return render(request, "stock/waiting.html", {"rows": centres.queue(request.user)})
