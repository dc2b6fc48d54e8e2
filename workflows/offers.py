"""Offer the work of a step to those who may do it, with a due date; give the case the state of its step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.utils.functional import SimpleLazyObject

from cases.access.placing import place
from cases.access.rules import Placement
from cases.calendar.rules import end_of, local_day
from cases.dossier.models import Case
from cases.follow_up.actions import draw
from cases.history import unit
from cases.history.record import current, record
from cases.policy.queries import policy_of
from cases.programme import tell
from cases.states import STATES
from workflows import barring, effects, pauses, so, turns
from workflows.engine import jobs, messages, timers
from workflows.flow import step_of
from workflows.holding import give, goes_on, same_handlers
from workflows.models import Decision, Run, WorkItem
from workflows.rules.conditions import RoadFacts

CITY, PROVINCE = 4, 2


def hold(case: Case, *, locked: bool = False) -> Case:
    """Keep the case with the open act, so that every part of the act changes the same object.

    `locked` says that this very act read it and its run under the lock, which need not be asked for again.
    """
    act = current()
    if act is not None:
        act.held[("case", case.pk)] = case
        if locked:
            act.held[("process", case.run.process_id)] = case
            act.held[("locked", case.run.process_id)] = True
    return case


def case_of(process_pk: int) -> Case:
    """The case of a viewflow process: the one in hand, else from the database."""
    act = current()
    if act is not None and ("process", process_pk) in act.held:
        return cast(Case, act.held[("process", process_pk)])
    run = Run.objects.only("case_id").get(process_id=process_pk)
    held = act.held.get(("case", run.case_id)) if act else None
    case = held or hold(Case.objects.get(pk=run.case_id))
    if act is not None:
        act.held[("process", process_pk)] = case
    return cast(Case, case)


def level_on(process: Any, step: str) -> bool:
    """Whether the policy of this case has an optional level switched on."""
    return policy_of(case_of(process.pk)).level_on(step)


def road_facts(process: Any) -> RoadFacts:
    """办件事实: what the gateways of a road may ask about the case: amount, how its steps were left, the policy's amounts."""
    case = case_of(process.pk)
    outcomes = SimpleLazyObject(lambda: _left_by(case))  # few gateways ask for it
    told = cast(Mapping[str, str], outcomes)
    return RoadFacts(case.award or Decimal(0), told, policy_of(case).threshold, so.is_so(case))


def _left_by(case: Case) -> dict[str, str]:
    """By which exit each step was left last: a wait by its fact, a step of people by what was decided."""
    waits = WorkItem.objects.filter(case=case, kind="wait", state="done", task__data__has_key="exit").order_by("pk")
    decided = Decision.objects.filter(case=case).order_by("pk").values_list("step", "outcome")
    return {**dict(waits.values_list("step", "task__data__exit")), **dict(decided)}


def offer(activation: Any) -> None:
    """A step begins: the case takes its state and work is offered where enough people are (委托代审), a seat for each."""
    node, case, now = activation.flow_task, case_of(activation.process.pk), _now()
    before = case.state
    set_state(case, node.state)
    items = [
        WorkItem(
            case=case, task=activation.task, seat=seat, step=node.name, level=node.level, offered_at=now,
            kind=node.kind, role=node.role,
        )
        for seat in range(1, node.of + 1)
    ]  # fmt: skip
    handlers: list[Any] = []
    again = any(one.step == node.name for one in barring.decided(case))
    if node.human:
        shut_out = barring.shut_out(case, node)
        placement = place(node.role, case.handling_code, shut_out, node.of)
        for item in items:
            _put(item, placement)
        items[0].only_for = goes_on(items[0], node, shut_out)
        handlers = [items[0].only_for] if items[0].only_for else same_handlers(items[0], shut_out) if again else []
    elif node.role:
        items[0].division_code = case.handling_code[:PROVINCE]
    for item in items:
        _offered(item, node, now, again=again)
    if node.follow_up and items[0].due_on:
        draw(case=case, due_on=items[0].due_on, now=now)
    for item, handler in zip(items, handlers, strict=False):
        give(item, handler, "came_back", now=now)
    effects.progress(case=case, before=before, item=items[0], now=now)


def _put(item: WorkItem, placement: Placement) -> None:
    item.role, item.division_code = placement.role, placement.code
    item.entrusted_from = placement.entrusted_from or ""


def _offered(item: WorkItem, node: Any, now: datetime, *, again: bool) -> None:
    """Store the item with its due date and what happens when that has passed."""
    case = item.case
    item.pk = unit.key_for(WorkItem)
    if again:  # what it takes over from before refers to it
        unit.insert(item)
    if node.days_key:
        policy = policy_of(case)
        if node.human and again:
            pauses.carry_on(item, node)
        if node.since:
            item.clock_from = _decided_on(case, node.since)
        due = pauses.due_of(item, policy, node.days_key, now=now, is_new=not again)
        item.days = policy.days(node.days_key)
        pauses.set_due(item, due, policy)
        if node.human:
            turns.weigh(item, policy, veiled=node.veiled, now=now)
    if again:
        unit.update(item, ["days", "clock_from", *pauses.DUE, *turns.FIELDS])
    else:
        unit.insert(item)
    if node.lapses and item.due_on:
        timers.arm(case=case, kind="lapse", key=str(item.pk), due_at=end_of(item.due_on))
    where = {"role": item.role, "code": item.division_code, "entrusted_from": item.entrusted_from} if node.human else {}
    seat = {"seat": item.seat} if node.of > 1 else {}
    record(
        "step.offered",
        about=("case", case.pk),
        object=item,
        payload={"step": node.name, "due_on": item.due_on, "provisional": item.due_provisional, **where, **seat},
    )
    if item.kind == "job":
        jobs.ask(item, node, flow=case.run.flow, now=now)
    messages.look(item, node, now=now)


def _decided_on(case: Case, step: str) -> date | None:
    """The day on which a step was decided last."""
    made = Decision.objects.filter(case=case, step=step).order_by("-pk").values_list("at", flat=True).first()
    return local_day(made) if made else None


def withdraw(activation: Any) -> None:
    """A step is cancelled (取消): its work is no longer offered, and nothing of it fires."""
    for item in WorkItem.objects.filter(task=activation.task, state__in=["open", "claimed"]).select_related("case"):
        take_back(item)


def take_back(item: WorkItem) -> None:
    """取消办件: nobody does it any more, no machine either, and nothing of it fires."""
    timers.disarm(case=item.case, now=_now(), key=str(item.pk))
    if item.kind == "job":
        jobs.withdraw(item, now=_now())
    item.state, item.done_at = "cancelled", _now()
    item.row_version += 1
    unit.update(item, ["state", "done_at", "row_version"])


def place_again(item: WorkItem) -> None:
    """重新落实: an open step goes to the office that has somebody for it now, when its own has nobody any more."""
    node = step_of(item)
    placement = place(node.role, item.case.handling_code, barring.shut_out(item.case, node))
    if (placement.role, placement.code) == (item.role, item.division_code):
        return
    _put(item, placement)
    item.row_version += 1
    item.save(update_fields=["role", "division_code", "entrusted_from", "row_version"])
    where = {"role": item.role, "code": item.division_code, "entrusted_from": item.entrusted_from}
    record("step.placed_again", about=("case", item.case_id), object=item, payload={"step": item.step, **where})


def close(activation: Any) -> None:
    """The road ends: the case takes the end's state and its closing time."""
    case = case_of(activation.process.pk)
    set_state(case, activation.flow_task.state)
    record("case.closed", about=("case", case.pk), object=case, payload={"state": case.state})


def set_state(case: Case, state: str) -> None:
    """The only place where a case changes its state; the row version moves with it.

    What ends is told as the fact `ended`: it leaves its public list and the agenda of a meeting by whichever way it ended.
    """
    if not state or case.state == state:
        return
    case.state = state
    fields = ["state"]
    if not STATES[state].is_open:
        case.closed_at = _now()
        fields.append("closed_at")
    case.row_version += 1
    unit.update(case, [*fields, "row_version"])
    if not STATES[state].is_open:
        act = current()
        tell(case, "ended", by=act.by if act else None, now=_now())


def _now() -> datetime:
    act = current()
    if act is None:
        raise RuntimeError("a case moves only inside an action")
    return act.now
