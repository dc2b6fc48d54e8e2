"""A newly loaded calendar (载入日历) counts every open due date again; each that moves leaves an event in its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.calendar import clock
from cases.calendar.actions import Loaded, on_calendar_loaded
from cases.calendar.rules import Due, end_of
from cases.evidence.models import Supplement
from cases.history.record import record
from cases.policy.queries import due_date, policy_of
from workflows.actions import locked
from workflows.engine import timers
from workflows.flow import step_of
from workflows.models import WorkItem
from workflows.pauses import DUE, due_of, set_due

OPEN = ("open", "claimed")


def listen() -> None:
    """Hear of loaded calendars and of moves of the demonstration clock; called once when the app starts."""
    on_calendar_loaded(calendar_loaded)
    clock.on_clock_moved(clock_moved)


def calendar_loaded(*, loaded: Loaded, by: Any, now: datetime) -> None:
    """日历已载入: record it, and count again what is open and reaches into that year or was provisional (暂定)."""
    told = {"year": loaded.year, "holidays": loaded.holidays, "workdays": loaded.workdays}
    record("calendar.loaded", about=("config", "calendar"), payload=told, by=by)
    open_items = WorkItem.objects.filter(state__in=OPEN, due_on__isnull=False)
    touched = open_items.filter(due_provisional=True) | open_items.filter(due_on__year__gte=loaded.year)
    for pk in touched.order_by("case_id", "pk").values_list("pk", flat=True):
        _count_again(locked(pk))


def _count_again(item: WorkItem) -> None:
    """Set the due date that the loaded calendar gives, under the lock of the case."""
    asks = "supplement_answered" in step_of(item).exits
    notice = Supplement.objects.filter(case=item.case, answered_at=None).first() if asks else None
    due = _due_of(item, notice)
    if item.state not in OPEN or due is None or (due.on, due.provisional) == (item.due_on, item.due_provisional):
        return
    change = {"step": item.step, "before": item.due_on, "after": due.on, "provisional": due.provisional}
    set_due(item, due, policy_of(item.case))
    item.save(update_fields=DUE)
    if notice is not None:
        notice.due_on, notice.due_provisional = due.on, due.provisional
        notice.save(update_fields=["due_on", "due_provisional"])
    if getattr(step_of(item), "lapses", ""):
        timers.arm(case=item.case, kind="lapse", key=str(item.pk), due_at=end_of(due.on))
    record("step.recounted", about=("case", item.case_id), object=item, payload=change)


def _due_of(item: WorkItem, notice: Supplement | None) -> Due | None:
    key = getattr(step_of(item), "days_key", "")
    if not key:
        return None
    policy = policy_of(item.case)
    due = due_of(item, policy, key, now=clock.now())
    if notice is None or notice.extended_at is None:
        return due
    longer = due_date(policy, "supplement_extension", due.on)
    return Due(longer.on, due.provisional or longer.provisional)


def clock_moved(*, before: datetime, after: datetime, by: Any) -> None:
    """拨动演示时钟: each move stands in the history of the installation."""
    record("clock.moved", about=("config", "clock"), payload={"before": before, "after": after}, by=by)
