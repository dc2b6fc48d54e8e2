"""A plan goes on (执行), so many cases at one pass of the clock, each under its own lock; a killed pass is made up by the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Refusal
from cases.history.record import action, record
from cases.outgoing.rules import fault_of
from workflows import offers
from workflows.actions import migrate, open_items
from workflows.models import Plan, PlanItem, WorkItem
from workflows.operations.roads import road_named, roads
from workflows.operations.trial import attempt, carry_out, digest_of, is_same, standing, words_of

log = structlog.get_logger(__name__)
AT_ONCE = 20
"""Cases of a plan at one pass of the clock: the rest of the office works beside it."""
DEADLOCK = "40P01"
"""Of two acts that wait for each other the database ends one; it is done again."""


def advance() -> int:
    """Try out, carry out or take back the next cases of every plan at work; the clock calls it at each pass."""
    plans = Plan.objects.filter(state__in=["checking", "running", "undoing"]).order_by("pk")
    return sum(advance_plan(plan) for plan in plans)


def advance_plan(plan: Plan) -> int:
    """The next cases of one plan, and its end when there are none."""
    wanted, does = _TURN[plan.state]
    if plan.state == "running" and digest_of(plan) != plan.digest:
        log.error("a plan is not what was signed", plan=plan.pk)
        return 0
    rows = list(plan.items.filter(state=wanted).order_by("pk").values_list("pk", "case_id")[:AT_ONCE])
    for pk, case in rows:
        problem = _one(pk, case, does)
        if problem:  # only of a line that nobody brought further meanwhile
            line = PlanItem.objects.filter(pk=pk, state=wanted)
            line.update(state=_WITHOUT[wanted], problem=problem, at=clock.now())
    if not plan.items.filter(state=wanted).exists():
        close_plan(plan=plan, by=None)
    return len(rows)


def _one(pk: int, case: int, does: Callable[..., None]) -> dict[str, str]:
    """What keeps one case from it; {} when it is done, or when its turn comes again at the next pass."""
    try:
        does(case=Case(pk=case), row=pk, by=None)
    except Refusal as refusal:
        if refusal.code != "stale":
            return words_of(refusal)
        log.info("a case of a plan waits", item=pk)  # somebody works on it
    except Exception as error:  # noqa: BLE001 - the fault is kept on the line, the other cases go on
        if getattr(error.__cause__, "pgcode", "") == DEADLOCK:
            log.info("a case of a plan waits", item=pk)
            return {}
        fault = fault_of(error)
        log.error("a case of a plan failed", item=pk, error=fault.kind, place=fault.place)
        return {"code": fault.kind}
    return {}


@action("plan.try", about="case")
def try_one(*, case: Case, row: int, by: Any, now: datetime | None = None) -> None:
    """试算一件: it is done and undone, and what came of it is kept with the plan."""
    found, case = _held(case, row, "new")
    if found is None:
        return
    found.before, found.after, found.problem = attempt(
        case, lambda: carry_out(found.plan, case, by=found.plan.made_by, now=now), found.plan.fact
    )
    found.state, found.at = "refused" if found.problem else "possible", now
    found.save(update_fields=["before", "after", "problem", "state", "at"])


@action("plan.carry_out", about="case")
def carry_out_one(*, case: Case, row: int, by: Any, now: datetime | None = None) -> None:
    """执行一件: as it was signed, and only if the case still stands where it stood in the trial."""
    found, case = _held(case, row, "possible")
    if found is None:
        return
    if not is_same(found.before, standing(case, found.plan.fact)):
        raise Refusal(_("试算以后案卷已经往下走了。"), code="moved_on", status=409)
    old = WorkItem.objects.filter(case=case).order_by("-pk")
    replaced = old.filter(step=found.plan.step, state__in=["open", "claimed"]).first() or old.first()
    carry_out(found.plan, case, by=found.plan.signed_by, now=now)
    items = open_items(case)
    found.result, found.state, found.at = standing(case, found.plan.fact), "done", now
    found.old_item, found.new_item = replaced, items[-1] if items else None
    found.save(update_fields=["result", "state", "at", "old_item", "new_item"])
    record(
        "plan.carried_out", about=("case", case.pk), object=found, by=found.plan.signed_by,
        payload={
            "plan": found.plan_id, "kind": found.plan.kind, "digest": found.plan.digest, "made_by": found.plan.made_by_id,
            "signed_by": found.plan.signed_by_id, "step": found.plan.step, "to": found.plan.to_step or found.plan.to_flow or found.plan.fact,
            "replaces": replaced.pk if replaced else None,
        },
    )  # fmt: skip


@action("plan.take_back", about="case")
def take_back_one(*, case: Case, row: int, by: Any, now: datetime | None = None) -> None:
    """撤回一件: back to the version of before, if the case has not moved since."""
    found, case = _held(case, row, "done")
    if found is None:
        return
    if not is_same(found.result, standing(case)):
        raise Refusal(_("换版本以后案卷已经往下走了。"), code="moved_on", status=409)
    was = {item["pk"]: item["step"] for item in found.before["items"]}
    mapping = {item["step"]: was[item["pk"]] for item in found.result["items"]}
    assert now is not None
    migrate(
        case, old=roads().get(found.plan.to_flow), new=road_named(found.plan.flow), to_flow=found.plan.flow,
        mapping=mapping, by=found.plan.undone_by, now=now,
    )  # fmt: skip
    found.state, found.at = "undone", now
    found.save(update_fields=["state", "at"])
    payload = {"plan": found.plan_id, "undone_by": found.plan.undone_by_id}
    record("plan.taken_back", about=("case", case.pk), object=found, payload=payload)


@action("plan.close", about="none")
def close_plan(*, plan: Plan, by: Any, now: datetime | None = None) -> None:
    """A plan has no more cases to do: tried out it waits for its signature, carried out it is over."""
    found = Plan.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan.pk)
    if found.state not in _TURN or found.items.filter(state=_TURN[found.state][0]).exists():
        return  # another clock closed it, and a person may have let it go on since
    if found.state == "checking":
        found.digest, found.state = digest_of(found), "ready"
    else:
        found.state, found.ended_at = {"running": "done", "undoing": "undone"}[found.state], now
    found.save(update_fields=["digest", "state", "ended_at"])
    record(
        "plan.closed", about=("plan", found.pk), object=found, payload={"state": found.state, "digest": found.digest}
    )


def _held(case: Case, row: int, state: str) -> tuple[PlanItem | None, Case]:
    """The case under its lock and its line of the plan, unless another clock was faster."""
    case = offers.hold(lock_case(case.pk))
    rows = PlanItem.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "plan__made_by", "plan__signed_by"
    )
    found = rows.filter(pk=row, case=case, state=state).first()
    return found, case


_TURN: dict[str, tuple[str, Callable[..., None]]] = {
    "checking": ("new", try_one),
    "running": ("possible", carry_out_one),
    "undoing": ("done", take_back_one),
}
_WITHOUT = {"new": "refused", "possible": "failed", "done": "kept"}
"""What a line becomes that cannot be tried, carried out or taken back."""
