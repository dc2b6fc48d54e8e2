"""The office's pages of the public notice: tell, post, take down, look into objections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access.queries import visible_cases
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Invalid
from cases.history.record import record_access
from cases.policy.queries import policy_of
from cases.publicity import actions, queries
from cases.publicity.forms import ExtensionForm, FindingForm, TakeDownForm
from cases.publicity.models import Objection


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """公示办理: who waits for the notice, and the lists."""
    waiting = queries.awaiting(request.user, now=clock.now())
    return render(request, "publicity/board.html", {"waiting": waiting, "lists": queries.lists(request.user)})


def _ticked(request: HttpRequest) -> list[Case]:
    """The ticked cases among those that this person may see; an odd token is left out."""
    tokens = []
    for text in request.POST.getlist("cases"):
        try:
            tokens.append(UUID(text))
        except ValueError:
            continue
    return list(visible_cases(request.user).filter(token__in=tokens))


@login_required
@require_POST
def announce(request: HttpRequest) -> HttpResponse:
    """发公示告知书 to the ticked cases."""
    written = actions.announce(cases=_ticked(request), by=request.user)
    messages.success(request, _("已经发出 %(count)s 份公示告知书。") % {"count": written})
    return redirect("publicity:board")


@login_required
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """公示 the ticked cases as one list."""
    plist = actions.publish(cases=_ticked(request), by=request.user)
    messages.success(request, _("已经公示，名单不能再改。"))
    return redirect("publicity:list", token=plist.token)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: HttpRequest, token: UUID) -> HttpResponse:
    """One list with its hash, its time of posting and its entries; taking it down."""
    plist = queries.list_for(request.user, token)
    form = TakeDownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_down(plist=plist, reason=form.cleaned_data["reason"], by=request.user)
            return redirect("publicity:list", token=token)
        except Invalid as fault:
            _onto(form, fault)
    context = {"plist": plist, "entries": queries.entries_of(plist), "form": form}
    return render(request, "publicity/list.html", context)


@login_required
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """异议: those that this person may look into."""
    return render(request, "publicity/objections.html", {"objections": queries.objections(request.user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_objection(request: HttpRequest, token: UUID) -> HttpResponse:
    """异议核查: what was said and by whom, and the conclusion."""
    found = _opened(request, token)
    form = FindingForm(request.POST or None, policy=policy_of(found.case))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.close_objection(objection=found, by=request.user, **data | {"upheld": data["upheld"] == "yes"})
            messages.success(request, _("异议已有结论。"))
            return redirect("publicity:objections")
        except Invalid as fault:
            _onto(form, fault)
    return _objection_page(request, found, form=form)


@login_required
@require_POST
def extend_objection(request: HttpRequest, token: UUID) -> HttpResponse:
    """延长核查, once and with a reason."""
    found = _opened(request, token)
    form = ExtensionForm(request.POST)
    if form.is_valid():
        try:
            actions.extend_objection(objection=found, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("核查时限已延长。"))
            return redirect("publicity:one_objection", token=token)
        except Invalid as fault:
            _onto(form, fault)
    return _objection_page(request, found, extension=form)


def _opened(request: HttpRequest, token: UUID) -> Objection:
    """One objection for whoever looks into it; each look is stored first."""
    found = queries.objection_for(request.user, token)
    fields = ["objector_name", "objector_phone", "text", "finding", "answer", "extension_reason"]
    record_access("read", object=found, fields=fields, by=request.user, case_id=found.case_id, purpose="objection")
    return found


def _objection_page(request: HttpRequest, found: Objection, **forms: Any) -> HttpResponse:
    context = {
        "objection": found,
        "form": FindingForm(policy=policy_of(found.case)),
        "extension": ExtensionForm(),
        "why_not_mine": queries.why_not_mine(request.user, found.case),
        "who_may": queries.OUTSIDERS,
        "why_not_longer": queries.why_not_longer(found, now=clock.now()),
        **forms,
    }
    return render(request, "publicity/one_objection.html", context)


def _onto(form: Any, fault: Invalid) -> None:
    for name, words in fault.fields.items():
        form.add_error(name, words)
