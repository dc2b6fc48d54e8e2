"""Who holds a step (经办): given to a person, back in the pool; each change leaves a handover and moves the claim's timer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cases.access.models import StandIn
from cases.calendar.rules import end_of, local_day
from cases.dossier.models import Case
from cases.history import unit
from cases.history.record import current, record
from cases.policy.queries import due_date, policy_of
from cases.sealed import commitment_of
from workflows import barring
from workflows.engine import timers
from workflows.models import Decision, Handover, WorkItem

CLAIM = "claim"
"""The timer that gives a claimed step back, and the policy's key for how long a claim holds."""
QUIET = ("released", "put_off")
"""What a person does with his own step and needs not be told."""


def give(
    item: WorkItem, person: Any, kind: str, *, now: datetime, reason: str = "", stand_in: StandIn | None = None
) -> None:
    """交给经办人: the step is this person's, for whom he stands in too, until the claim's time limit (领取有效期)."""
    before = item.holder
    item.state, item.holder, item.claimed_at, item.stand_in = "claimed", person, now, stand_in
    _keep(item)
    until = due_date(policy_of(item.case), CLAIM, local_day(now)).on
    timers.arm(case=item.case, kind=CLAIM, key=str(item.pk), due_at=end_of(until))
    note(item, kind, before, person, now, reason)
    payload = {"step": item.step, "kind": kind, "to": person.pk, "until": until, **_from(before, reason)}
    record("task.claimed", about=("case", item.case_id), object=item, payload=payload)


def back_to_pool(item: WorkItem, kind: str, *, now: datetime, reason: str = "") -> None:
    """退回待领取: nobody holds the step any more; what was typed stays the draft of who typed it."""
    before = item.holder
    item.state, item.holder, item.claimed_at, item.stand_in = "open", None, None, None
    _keep(item)
    timers.disarm(case=item.case, now=now, kind=CLAIM, key=str(item.pk))
    note(item, kind, before, None, now, reason)
    payload = {"step": item.step, "kind": kind, **_from(before, reason)}
    record("task.released", about=("case", item.case_id), object=item, payload=payload)


def same_handlers(item: WorkItem, shut_out: set[int]) -> list[Any]:
    """原办理人: who decided this step of this case last, each who may still do it here; several where several were asked."""
    made = Decision.objects.filter(case=item.case, step=item.step).select_related("actor")
    last = made.order_by("-pk").values_list("item__task_id", flat=True).first()
    people = [one.actor for one in made.filter(item__task_id=last).order_by("item__seat")] if last else []
    able = [one for one in people if one.pk not in shut_out and barring.holds(one.pk, item)]
    named = barring.named_at(item) if able else set()
    return [one for one in able if not named or one.pk in named]


def goes_on(item: WorkItem, node: Any, shut_out: set[int]) -> Any:
    """同一经办人: who did one of the steps that this one goes on with last, if he may still do it here; None otherwise."""
    last = (
        Decision.objects.filter(case=item.case, step__in=node.same_as).select_related("actor").order_by("-pk").first()
        if node.same_as
        else None
    )
    return last.actor if last and last.actor_id not in shut_out and barring.holds(last.actor_id, item) else None


def put_off(item: WorkItem, until: date, *, now: datetime, reason: str) -> None:
    """搁置: out of its holder's inbox until that day, and the claim holds its time from there; the deadline stays."""
    item.follow_up_on, item.row_version = until, item.row_version + 1
    item.save(update_fields=["follow_up_on", "row_version"])
    holds = due_date(policy_of(item.case), CLAIM, until).on
    timers.arm(case=item.case, kind=CLAIM, key=str(item.pk), due_at=end_of(holds))
    note(item, "put_off", item.holder, item.holder, now, reason)
    payload = {"step": item.step, "until": until, "reason": commitment_of(reason.strip())}
    record("task.put_off", about=("case", item.case_id), object=item, payload=payload)


def wake(case: Case, *, now: datetime) -> None:
    """提起: something happened to the case, so what was put off is in the inbox again, and its holder is told."""
    for item in WorkItem.objects.filter(case=case, state="claimed", follow_up_on__isnull=False).select_related(
        "holder"
    ):
        item.follow_up_on, item.row_version = None, item.row_version + 1
        item.save(update_fields=["follow_up_on", "row_version"])
        note(item, "woken", item.holder, item.holder, now, "")
        record("task.woken", about=("case", case.pk), object=item, payload={"step": item.step})


def _keep(item: WorkItem) -> None:
    item.row_version, item.follow_up_on = item.row_version + 1, None
    unit.update(item, ["state", "holder", "claimed_at", "stand_in", "follow_up_on", "row_version"])


def note(item: WorkItem, kind: str, before: Any, after: Any, now: datetime, reason: str) -> None:
    """留下转手记录: who did what with the step, for whom, and why; whoever lost it without doing so himself is told."""
    told = now if before is None or kind in QUIET else None
    act = current()
    row = Handover(
        item=item, kind=kind, from_person=before, to_person=after, reason=reason.strip(), at=now, seen_at=told,
        actor=act.by if act else None, on_behalf_of=act.on_behalf_of if act else None,
    )  # fmt: skip
    unit.insert(row)


def _from(before: Any, reason: str) -> dict[str, Any]:
    told: dict[str, Any] = {"from": before.pk} if before is not None else {}
    return told | ({"reason": commitment_of(reason.strip())} if reason.strip() else {})
