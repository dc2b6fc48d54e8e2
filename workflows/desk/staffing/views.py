"""The pages of a head: who has how much, which steps stand where, and giving them out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.access.queries import posts_of
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.errors import Invalid
from cases.text import is_key
from workflows import actions as workflow
from workflows.desk.paging import paged
from workflows.desk.queries import rows_of, step_names
from workflows.desk.staffing import actions, foresight, queries
from workflows.desk.staffing.forms import ExcludeForm, GiveForm, LeaveForm, NameForm, StepsFilter


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """人手: the load of everybody at one office."""
    office = queries.office_of(request.user, _key(request, "office"))
    context = {
        "office": office,
        "offices": queries.offices_of(request.user),
        "reported": queries.reported(request.user, office),
        "loads": queries.loads_of(office, clock.now()),
    }
    return render(request, "staffing/people.html", context)


@login_required
def steps(request: HttpRequest) -> HttpResponse:
    """分派: the live steps of one office; the chosen ones are checked, then given out."""
    office = queries.office_of(request.user, _key(request, "office"))
    staff = queries.people_for(office)
    form = GiveForm(request.POST, people=staff) if request.method == "POST" else GiveForm(people=staff)
    if not form.is_bound or not form.is_valid():
        return _listed(request, office, staff, form)
    if request.POST.get("phase") != "do":
        shown = foresight.of(request.user, **form.sheet())
        return render(request, "staffing/check.html", {"office": office, "form": form, "rows": shown})
    made = actions.begin(**form.sheet(), by=request.user)
    actions.carry_out(made.pk, actions.AT_ONCE)
    return redirect("staffing:sheet", made.pk)


def _listed(request: HttpRequest, office: Any, staff: Any, form: GiveForm) -> HttpResponse:
    offices = queries.offices_of(request.user)
    shown = StepsFilter(request.GET or {"office": office.pk}, offices=offices, people=staff, steps=step_names())
    filters = shown.cleaned_data if shown.is_valid() else {}
    rows = queries.live(request.user, office, filters)
    page = paged(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    lines = rows_of(page.rows, clock.today(), calendar())
    context = {"office": office, "filter": shown, "form": form, "page": page, "rows": lines}
    return render(request, "staffing/steps.html", context, status=422 if form.is_bound else 200)


@login_required
def named(request: HttpRequest) -> HttpResponse:
    """指定经办人: whom an office named for which step, and naming another."""
    office = queries.office_of(request.user, _key(request, "office"))
    form = NameForm(request.POST or None, steps=queries.steps_at(office), people=queries.people_for(office))
    if request.method == "POST" and form.is_valid():
        try:
            actions.name_for_step(office=office, **form.naming(), by=request.user)
        except Invalid as fault:
            form.refuse(fault)
        else:
            return redirect(_named_at(office))
    context = {
        "office": office,
        "offices": queries.offices_of(request.user),
        "rows": queries.named_at(office),
        "form": form,
    }
    return render(request, "staffing/named.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def unname(request: HttpRequest, pk: int) -> HttpResponse:
    """取消指定."""
    office = queries.office_of(request.user, _key(request, "office"))
    actions.end_naming(named=pk, by=request.user)
    return redirect(_named_at(office))


def _named_at(office: Any) -> str:
    return f"{reverse('staffing:named')}?office={office.pk}"


@login_required
@require_POST
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """责令回避 of a colleague from the case of an open step."""
    item = queries.led_item(request.user, pk)
    form = ExcludeForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        person = queries.staff(given["person"])
        workflow.exclude(item=item, person=person, reason=given["exclude_reason"], by=request.user)
        messages.success(request, _("这位同事不再办这个案卷。"))
    else:
        messages.error(request, _("请写明谁回避和原因。"))
    return redirect("case:home", item.case.number)


@login_required
@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """分派单: what became of each line, and how far it is."""
    made = queries.sheet_of(request.user, pk)
    lines = queries.lines_of(request.user, made)
    waiting = sum(line.state == "waiting" for line in lines)
    context = {"sheet": made, "lines": lines, "waiting": waiting, "ready": len(lines) - waiting}
    return render(request, "staffing/sheet.html", context)


@login_required
@require_GET
def leavers(request: HttpRequest) -> HttpResponse:
    """离岗: find the person."""
    words = request.GET.get("who", "").strip()
    found = queries.leavers(request.user, words)
    return render(request, "staffing/leavers.html", {"people": found, "who": words})


@login_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """离岗: what would go where; then it is done at once."""
    person = queries.leaver(request.user, pk)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = actions.leave(person=person, reason=form.cleaned_data["reason"], by=request.user)
        actions.carry_out(made.pk, actions.AT_ONCE)
        return redirect("staffing:sheet", made.pk)
    rows = foresight.of_leaving(request.user, person)
    context = {"person": person, "form": form, "posts": posts_of(person), "rows": rows}
    return render(request, "staffing/leave.html", context, status=422 if form.is_bound else 200)


def _key(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if is_key(value) else None
