"""The pages of the panel: meetings, one meeting, one case on its agenda."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases.calendar import clock
from cases.errors import Invalid
from cases.history.record import record_access
from cases.policy.queries import policy_of
from workflows.desk.casefile.opening import open_file
from workflows.desk.panel import actions, queries
from workflows.desk.panel.forms import CloseItemForm, MeetingForm, MinutesForm, RecuseForm, VoteForm
from workflows.desk.panel.models import Meeting, MeetingItem
from workflows.desk.words import OUTCOMES

MOST_MEETINGS = 100


@login_required
@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """All meetings and how many cases wait for one."""
    found = list(queries.meetings(request.user)[:MOST_MEETINGS])
    waiting = list(queries.waiting(request.user)[:MOST_MEETINGS])
    context = {"meetings": found, "waiting": waiting, "may_call": queries.has_right(request.user, "panel.call")}
    return render(request, "panel/meetings.html", context)


@login_required
def call(request: HttpRequest) -> HttpResponse:
    """召集会议."""
    queries.require_panel(request.user, "panel.call")
    waiting = queries.waiting(request.user)
    form = MeetingForm(request.POST or None, waiting=waiting, initial={"held_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.call_meeting(**form.cleaned_data, by=request.user)
            return redirect("panel:meeting", made.number)
        except Invalid as fault:
            _onto(form, fault)
    return render(request, "panel/call.html", {"form": form, "waiting": waiting})


@login_required
@require_GET
def meeting(request: HttpRequest, number: str) -> HttpResponse:
    """One meeting: agenda, who signed in, how each item stands."""
    return _meeting_page(request, queries.get_meeting(request.user, number))


def _meeting_page(request: HttpRequest, found: Meeting, **extra: Any) -> HttpResponse:
    members = queries.attendance_of(found)
    mine = next((row for row in members if row.member_id == request.user.pk), None)
    items = queries.agenda(request.user, found, [row.member_id for row in members])
    if found.minutes:
        _look(request, found)
    context = {
        "meeting": found,
        "members": members,
        "items": items,
        "signed_in": mine is not None,
        "may_sign": found.state == "closed" and mine is not None and mine.confirmed_at is None,
        "all_decided": all(item.outcome for item, _tally in items),
        "form": MinutesForm(),
        **_rights(request),
        **extra,
    }
    return render(request, "panel/meeting.html", context)


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_vote": queries.has_right(request.user, "panel.vote"),
        "may_close": queries.has_right(request.user, "panel.minutes"),
    }


def _look(request: HttpRequest, thing: Meeting | MeetingItem, case_id: int | None = None) -> None:
    post = queries.panel_post(request.user)
    fields = ["minutes", "reason"] if case_id is None else ["application", "opinion", "amount"]
    record_access(
        "read", object=thing, fields=fields, by=request.user, case_id=case_id, purpose=gettext_lazy("集体研究"),
        role=post.role_id if post else "", office=post.office.name if post else "",
    )  # fmt: skip


@login_required
@require_POST
def sign_in(request: HttpRequest, number: str) -> HttpResponse:
    """签到."""
    actions.sign_in(meeting=queries.get_meeting(request.user, number), by=request.user)
    messages.success(request, _("已签到。"))
    return redirect("panel:meeting", number)


@login_required
@require_POST
def minutes(request: HttpRequest, number: str) -> HttpResponse:
    """会议纪要, and the end of the meeting."""
    found = queries.get_meeting(request.user, number)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return _meeting_page(request, found, form=form)
    actions.close_meeting(meeting=found, minutes=form.cleaned_data["minutes"], by=request.user)
    messages.success(request, _("会议已结束，纪要已存档。"))
    return redirect("panel:meeting", number)


@login_required
@require_POST
def sign_minutes(request: HttpRequest, number: str) -> HttpResponse:
    """签字确认."""
    actions.sign_minutes(meeting=queries.get_meeting(request.user, number), by=request.user)
    messages.success(request, _("您已在会议纪要上签字确认。"))
    return redirect("panel:meeting", number)


@login_required
@require_GET
def print_minutes(request: HttpRequest, number: str) -> HttpResponse:
    """会议纪要 as a sheet to print: who was there, who stood aside, votes and outcome of each case, signatures."""
    found = queries.ended_meeting(request.user, number)
    _look(request, found)
    members = queries.attendance_of(found)
    context = {
        "meeting": found,
        "members": members,
        "items": queries.proceedings(request.user, found, [row.member_id for row in members]),
    }
    return render(request, "panel/minutes.html", context)


@login_required
@require_GET
def item(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One case on the agenda with its papers; opening it is what "read" means for a vote."""
    return _item_page(request, queries.get_item(request.user, number, pk))


def _item_page(request: HttpRequest, found: MeetingItem, **extra: Any) -> HttpResponse:
    _look(request, found, found.case_id)
    votes = queries.votes_on(found)
    context = {
        "item": found,
        "case": found.case,
        "file": open_file(request.user, str(found.case.number)),
        "working": queries.working_of(found),
        "recheck": queries.recheck_of(found),
        "decisions": found.case.decisions.select_related("office", "case__run").order_by("id"),
        "votes": votes,
        "tally": queries.tally_of(found),
        "mine": next((vote for vote in votes if vote.member_id == request.user.pk), None),
        **_rights(request),
        "vote": VoteForm(),
        "recuse": RecuseForm(),
        "close": CloseItemForm(policy=policy_of(found.case)),
        **extra,
    }
    return render(request, "panel/item.html", context)


@login_required
@require_POST
def vote(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """表决."""
    found = queries.get_item(request.user, number, pk)
    form = VoteForm(request.POST)
    if form.is_valid():
        try:
            actions.vote(item=found, **form.cleaned_data, by=request.user)
            messages.success(request, _("已表决。"))
            return redirect("panel:item", number, pk)
        except Invalid as fault:
            _onto(form, fault)
    return _item_page(request, found, vote=form)


@login_required
@require_POST
def recuse(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """回避."""
    found = queries.get_item(request.user, number, pk)
    form = RecuseForm(request.POST)
    if form.is_valid():
        try:
            actions.recuse(item=found, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("已记录回避。"))
            return redirect("panel:item", number, pk)
        except Invalid as fault:
            _onto(form, fault)
    return _item_page(request, found, recuse=form)


@login_required
@require_POST
def close(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """形成决定."""
    found = queries.get_item(request.user, number, pk)
    form = CloseItemForm(request.POST, policy=policy_of(found.case))
    if form.is_valid():
        try:
            outcome = actions.close_item(item=found, reasons=form.cleaned_data["reasons"], by=request.user)
            messages.success(request, _("已形成决定：%(outcome)s。") % {"outcome": OUTCOMES[outcome]})
            return redirect("panel:meeting", number)
        except Invalid as fault:
            _onto(form, fault)
    return _item_page(request, found, close=form)


def _onto(form: Any, fault: Invalid) -> None:
    for name, words in fault.fields.items():
        form.add_error(name if name in form.fields else None, words)
    if not fault.fields:
        form.add_error(None, fault.reason)
