"""试算: how a case stands, and what an intervention would make of it, found by doing it and undoing it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cases.access.placing import place
from cases.dossier.models import Case
from cases.dossier.queries import answer_rows
from cases.errors import Refusal
from cases.history.record import canonical, current
from cases.money.models import Payout
from cases.notices.models import Notice
from cases.sealed import commitment_of
from workflows import actions, barring, offers
from workflows.effects import preview_award
from workflows.flow import graph, road_of, step_of
from workflows.models import Plan, Timer
from workflows.operations.roads import road_named, roads


class _Undone(Exception):
    """Carries nothing: it only rolls the trial back."""


def carry_out(plan: Plan, case: Case, *, by: Any, now: Any) -> None:
    """Do to one locked case what the plan says."""
    case = offers.hold(case)
    if case.run.flow != plan.flow:
        raise Refusal(_("案卷不在这个流程版本上。"), code="other_road", status=409)
    if plan.kind == "cancel":
        actions.drop(case, step=plan.step, by=by, now=now)
    elif plan.kind == "correct":
        actions.correct(case, fact=plan.fact, value=plan.answer, reason=str(plan.reason), by=by, now=now)
    elif plan.kind == "reopen":
        actions.reopen(case, to=plan.to_step, by=by, now=now)
    elif plan.kind == "migrate":
        new = road_named(plan.to_flow)
        actions.migrate(
            case, old=roads().get(plan.flow), new=new, to_flow=plan.to_flow, mapping=plan.mapping, by=by, now=now
        )
    else:
        if plan.kind == "restart" and not case.work_items.filter(step=plan.to_step, state="done").exists():
            raise Refusal(_("还没有办过这一步，不能从这里重来。"), code="never_there", status=409)
        actions.put(case, step=plan.step, to=plan.to_step, by=by, now=now)
    _somebody_may(case)


def _somebody_may(case: Case) -> None:
    """The new step has somebody who may do it."""
    for item in actions.open_items(case):
        if item.kind != "human":
            continue
        step = step_of(item)
        if place(step.role, case.handling_code, barring.shut_out(case, step)).nobody:
            raise Refusal(_("移过去以后没有人可以办：都受职责分离限制或没有人在岗。"), code="nobody_may", status=409)


def attempt(
    case: Case, does: Callable[[], None], fact: str = ""
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Do it and undo it: how the case stands before and after, and what refuses it ({} when nothing does)."""
    act = current()
    assert act is not None
    before, after, problem = standing(case, fact), {}, {}
    later, held = len(act.after), dict(act.held)
    try:
        with transaction.atomic():
            does()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            after = {**standing(case, fact), "letters": Notice.objects.filter(case=case, queued_at=act.now).count()}
            raise _Undone
    except _Undone:
        pass
    except Refusal as refusal:
        problem, after = words_of(refusal), {}
    finally:
        del act.after[later:]
        act.held.clear()
        act.held.update(held)
    return before, after, problem


def standing(case: Case, fact: str = "") -> dict[str, Any]:
    """How a case stands: state, round, road, open steps with who has them, timers, money.

    With a `fact` also the row of its answer, the amount that comes of the facts, and which way each condition of the road goes.
    """
    found = Case.objects.select_related("run").get(pk=case.pk)
    items = actions.open_items(found)
    more = {"fact": answer_rows(found)[fact].pk, **_ways(found)} if fact in answer_rows(found) else {}
    return {
        **more,
        "state": found.state,
        "round": found.round,
        "flow": found.run.flow,
        "items": [
            {"pk": item.pk, "step": item.step, "level": item.level, "role": item.role, "code": item.division_code,
             "holder": item.holder.name if item.holder else "", "due_on": item.due_on.isoformat() if item.due_on else ""}
            for item in items
        ],
        "timers": sorted(
            Timer.objects.filter(case=found, done_at=None, cancelled_at=None).values_list("kind", flat=True)
        ),
        "money": [
            f"{state} {amount}"
            for state, amount in Payout.objects.filter(case=found).exclude(state="void").order_by("pk").values_list("state", "amount")
        ],
    }  # fmt: skip


def _ways(case: Case) -> dict[str, Any]:
    """核算金额和条件分支: what the amount is now, and where each route of the road would lead."""
    amount = case.award
    if amount is None:
        with suppress(Refusal):  # not accepted yet, or the facts contradict each other, which the plan may be about
            amount = preview_award(case).amount
    road, facts = road_of(case), replace(offers.road_facts(case.run.process), amount=amount or Decimal(0))
    routes = [node.name for node in graph(road).nodes if node.kind == "route"]
    ways = {name: next(way for way in getattr(road, name).arrows() if way.condition is None or way.condition.holds(facts))
            for name in routes}  # fmt: skip
    return {"award": str(amount or ""), "ways": {name: way.target.name for name, way in ways.items()}}


def is_same(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether a case still stands where it stood: same road, state, round, fact and open steps, whoever has them."""
    return all(before.get(name) == now.get(name) for name in ("state", "round", "flow", "fact")) and (
        [item["pk"] for item in before.get("items", [])] == [item["pk"] for item in now["items"]]
        and [item["step"] for item in before.get("items", [])] == [item["step"] for item in now["items"]]
    )


def words_of(refusal: Refusal) -> dict[str, str]:
    """Why it is refused, in both languages, for whoever reads it later."""
    said = {"code": refusal.code}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said[language] = str(refusal.reason)
    return said


def digest_of(plan: Plan) -> str:
    """What the second person signs: the plan with every case and what the trial said of it."""
    items = plan.items.order_by("case_id").values_list("case_id", "before", "after")
    fields = ("pk", "kind", "flow", "step", "to_step", "to_flow", "mapping", "fact", "made_by_id")
    said = {name: getattr(plan, name) for name in fields}
    said |= {"reason": str(plan.reason), "value": commitment_of(plan.value), "items": [list(item) for item in items]}
    return hashlib.sha256(canonical(said).encode()).hexdigest()
