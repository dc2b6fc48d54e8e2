"""The clock of a step stands still (中止计时) while somebody outside is asked or an objection is looked into."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.calendar import rules
from cases.calendar.queries import calendar
from cases.calendar.rules import Due, local_day
from cases.history.record import record
from cases.policy.queries import due_date
from cases.policy.rules import Policy
from workflows.models import Pause, WorkItem

DUE = ["due_on", "due_provisional", "near_on", "near_seen_at"]
"""What moves with a due date."""


def due_of(item: WorkItem, policy: Policy, key: str, *, now: datetime, is_new: bool = False) -> Due:
    """到期日, counted again from the item's own start, past all its pauses: the same rows give the same day.

    One that is offered for the first time has none.
    """
    rows = [] if is_new else item.pauses.order_by("starts_on", "id")
    stretches = [rules.Pause(row.starts_on, row.ends_on) for row in rows]
    start = item.clock_from or local_day(item.offered_at)
    return due_date(policy, key, start, pauses=stretches, today=local_day(now))


def set_due(item: WorkItem, due: Due, policy: Policy) -> None:
    """到期日和提醒日 together, the latter by the warning days of the case's policy; the caller saves `DUE`."""
    near_on = rules.near_from(due.on, policy.days("warning"), calendar())
    if near_on != item.near_on:
        item.near_on, item.near_seen_at = near_on, None
    item.due_on, item.due_provisional = due.on, due.provisional


def carry_on(item: WorkItem, node: Any) -> None:
    """A step that comes back from asking goes on where its clock stood; called for the new, stored item."""
    before = (
        WorkItem.objects.filter(case=item.case, step=item.step, state="done", pk__lt=item.pk)
        .select_related("decision")
        .order_by("-pk")
        .first()
    )
    made = getattr(before, "decision", None)
    exit = node.exits.get(made.outcome) if made is not None else None
    if before is None or exit is None or exit.kind not in ("wait", "ask"):
        return
    rows = list(WorkItem.objects.filter(case=item.case, pk__gt=before.pk, pk__lt=item.pk).order_by("pk"))
    if not rows or rows[-1].done_at is None:
        return
    waited, until = rows[0], rows[-1].done_at
    item.clock_from = before.clock_from or local_day(before.offered_at)
    for row in before.pauses.exclude(ends_on=None):
        Pause.objects.create(item=item, reason=row.reason, starts_on=row.starts_on, ends_on=row.ends_on)
    begin, end = local_day(waited.offered_at), local_day(until)
    Pause.objects.create(item=item, reason=waited.step, starts_on=begin, ends_on=end)
    record(
        "pause.counted", about=("case", item.case_id), object=item,
        payload={"step": item.step, "reason": waited.step, "from": begin, "to": end},
    )  # fmt: skip


def begin(item: WorkItem, reason: str, *, now: datetime) -> None:
    """计时中止: from today on; a second reason while it stands still changes nothing."""
    day = local_day(now)
    _row, made = Pause.objects.get_or_create(item=item, ends_on=None, defaults={"reason": reason, "starts_on": day})
    if made:
        record("pause.began", about=("case", item.case_id), object=item, payload={"step": item.step, "reason": reason})


def end(item: WorkItem, policy: Policy, key: str, *, now: datetime) -> None:
    """计时恢复: the due date moves on by the days that the clock stood still."""
    open_pause = Pause.objects.filter(item=item, ends_on=None).first()
    if open_pause is None:
        return
    open_pause.ends_on = local_day(now)
    open_pause.save(update_fields=["ends_on"])
    before = item.due_on
    if key:
        due = due_of(item, policy, key, now=now)
        set_due(item, due, policy)
        item.save(update_fields=DUE)
    record(
        "pause.ended", about=("case", item.case_id), object=item,
        payload={"step": item.step, "reason": open_pause.reason, "before": before, "after": item.due_on},
    )  # fmt: skip
