"""The pages of the desk: its queues and the button for the next task."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.access.queries import require
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.text import is_key
from workflows import actions
from workflows.desk.batch.queries import steps_for
from workflows.desk.errands.queries import on_desk
from workflows.desk.hand_forms import QueueFilter
from workflows.desk.notes.queries import untold as mentioned
from workflows.desk.paging import PAGE
from workflows.desk.queries import QUEUES, Viewer, counts, late_of, page, programme_names, rows_of, step_names, untold
from workflows.desk.trail import Trail
from workflows.desk.trail import take_next as take
from workflows.inspection.findings.queries import on_desk as findings_on_desk


@login_required
@require_GET
def queue(request: HttpRequest, name: str = "open") -> HttpResponse:
    """One queue of the desk."""
    viewer = Viewer.of(request.user, clock.now())
    if not viewer.posts:
        require(request.user, "case.read", "")
    form = QueueFilter(request.GET, steps=step_names(), programmes=programme_names())
    filters: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    shown = page(viewer, name, filters, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "queues": _tabs(name, counts(viewer)),
        "name": name,
        "title": QUEUES[name],
        "trail": Trail(name, {key: value for key, value in filters.items() if value}),
        "rows": rows_of(shown.rows, viewer.today, calendar()),
        "page": shown,
        "filter": form,
        "batch_steps": steps_for(viewer),
    }
    return render(request, "desk/queue.html", context | _reminders(viewer))


def _reminders(viewer: Viewer) -> dict[str, Any]:
    """What stands above each queue: what is overdue in my hands, what changed hands, notes that mention me, what I am asked, what inspectors found."""
    return {
        "late": late_of(viewer, calendar()),
        "handovers": untold(viewer),
        "mentions": list(mentioned(viewer.user)),
        "errands": on_desk(viewer.user),
        "findings": findings_on_desk(viewer.user),
    }


def _tabs(name: str, numbers: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": words, "href": reverse("desk:queue", args=[key]), "current": key == name, "count": numbers[key]}
        for key, words in QUEUES.items()
    ]


@login_required
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """领取下一件: the first of the list that I look at, else the oldest due that I may take."""
    trail = Trail.of(request)
    found = take(request.user, trail)
    if found is None:
        messages.info(request, _("现在没有您可以领取的办件。"))
        return redirect(trail.address)
    return redirect(reverse("case:home", args=[found.case.number]) + trail.query)


@login_required
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """知道了: the notes about steps that went to somebody else."""
    actions.seen(
        handovers=[int(pk) for pk in request.POST.getlist("handover") if is_key(pk)][:PAGE],
        by=request.user,
    )
    return redirect("desk:home")
