"""The administrator's pages of what runs: incidents, outgoing work, timers, periodic work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from cases.access.queries import rights_to_administer
from cases.errors import Invalid, Refusal
from workflows.running import actions, queries
from workflows.running.forms import WAYS, LimitForm, SettleForm

DOES: dict[str, Callable[..., Any]] = {
    "machine": actions.make_machine, "key": actions.give_key, "end": actions.end_key
}  # fmt: skip


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """运行."""
    groups, after = queries.groups(request.user, request.GET.get("after", ""))
    context = {
        "groups": groups,
        "after": after,
        "outbox": queries.outbox(request.user),
        "timers": queries.timers(request.user),
        "nights": queries.nights(request.user),
        "seals": queries.seals(request.user),
        "around": queries.around(request.user),
    }
    return render(request, "running/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One group of incidents, named by one of them, and what is done about them."""
    page = queries.group_of(request.user, pk, after=request.GET.get("after", ""))
    form = SettleForm(request.POST or None, among=page.rows)
    if form.is_valid():
        try:
            return _settled(request, pk, form)
        except Refusal as refusal:
            form.add_error("reason" if "reason" in refusal.fields else None, str(refusal.reason))
    return render(request, "running/group.html", {"page": page, "form": form}, status=422 if form.errors else 200)


def _settled(request: HttpRequest, pk: int, form: SettleForm) -> HttpResponse:
    given, way = form.cleaned_data, form.cleaned_data["way"]
    chosen = queries.whole_group(request.user, pk) if given["whole"] else given["incidents"]
    if way == "skip":
        count = actions.skip_incidents(incidents=chosen, reason=given["reason"], by=request.user)
    elif way == "retry":
        count = actions.retry_incidents(incidents=chosen, by=request.user)
    else:
        count = actions.take_incidents(incidents=chosen, by=request.user)
    messages.success(request, ngettext("处理了 %(n)s 件故障。", "处理了 %(n)s 件故障。", count) % {"n": count})
    return redirect(request.get_full_path() if way == "take" else "running:home")


@login_required
@require_http_methods(["GET", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """How often other systems are asked."""
    found, form = queries.limits(request.user), LimitForm(request.POST or None)
    if form.is_valid():
        actions.limit_partner(by=request.user, **form.cleaned_data)
        messages.success(request, _("限频已改，从下一次起按它办。"))
        return redirect("running:limits")
    return render(request, "running/limits.html", {"limits": found, "form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def machines(request: HttpRequest) -> HttpResponse:
    """Accounts and keys of partners' machines; a new key is shown this once."""
    keys, way, secret = queries.shown_keys(request.user), request.POST.get("way", ""), ""
    forms = {name: kind(request.POST if name == way else None) for name, kind in WAYS.items()}
    form = forms.get(way)
    if form is not None and form.is_valid():
        try:
            secret = DOES[way](by=request.user, **form.cleaned_data)
            if not isinstance(secret, str):
                return redirect("running:machines")
            keys = queries.shown_keys(request.user)
        except Invalid as fault:
            form.refuse(fault)
    context = {
        "keys": keys, "forms": forms, "secret": secret, "form": form, "may": rights_to_administer(request.user),
        "may_run": queries.may_operate(request.user),
    }  # fmt: skip
    return render(request, "running/machines.html", context, status=422 if form is not None and form.errors else 200)
