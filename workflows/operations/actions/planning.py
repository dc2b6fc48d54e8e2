"""Make a plan (干预计划), have it tried out, sign it as a second person, or drop it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.dossier.answering import cleaned
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, record
from cases.sealed import commitment_of
from cases.text import listed
from workflows import barring
from workflows.actions import correctable
from workflows.models import Plan, PlanItem, Run
from workflows.operations.actions.suspending import LEAST, act_as
from workflows.operations.roads import PROVINCE, road_named
from workflows.operations.trial import digest_of

MAKE, SIGN = "plan.make", "plan.sign"
"""The rights of the first person and of the second."""
MOST = 5000
SAYS = {
    "restart": ("step", "to_step"), "move": ("step", "to_step"), "cancel": ("step",), "reopen": ("to_step",),
    "migrate": ("to_flow",), "correct": ("fact", "value"),
}  # fmt: skip
"""What a plan of each kind says; only a case that lost its work begins again from no step."""


@action("plan.make", about="none")
def make_plan(
    *, kind: str, cases: Iterable[Case], reason: str, step: str = "", to_step: str = "", to_flow: str = "",
    mapping: Mapping[str, str] | None = None, fact: str = "", value: Any = "", by: Any, now: datetime | None = None,
) -> Plan:  # fmt: skip
    """制定干预计划: what is to be done to these cases; each is tried out next, nothing is done to any of them yet.

    All cases are on one version of one road. Refused: no right, a party of one of the cases, nothing that could be meant.
    """
    assert now is not None
    act_as(require(by, MAKE, PROVINCE))
    said: dict[str, Any] = {"step": step, "to_step": to_step, "to_flow": to_flow, "fact": fact, "value": value}
    where = {name: word for name, word in said.items() if name in SAYS.get(kind, "")}
    chosen = list({case.pk: case for case in cases}.values())
    flows = set(Run.objects.filter(case__in=chosen).values_list("flow", flat=True))
    _checked(kind, where, chosen, flows, reason)
    flow = flows.pop()
    if kind == "migrate":
        _other_version(flow, to_flow, mapping or {})
    if kind == "correct":
        where["value"] = _fitting(chosen[0], fact, value, now)
    barring.must_be_no_party(by, *chosen)
    plan = Plan.objects.create(
        kind=kind, flow=flow, **where, mapping=dict(mapping or {}), reason=reason.strip(), made_by=by, made_at=now,
    )  # fmt: skip
    PlanItem.objects.bulk_create(PlanItem(plan=plan, case=case) for case in sorted(chosen, key=lambda case: case.pk))
    record("plan.made", about=("plan", plan.pk), object=plan, payload={**_said(plan), "cases": len(chosen)})
    return plan


@action("plan.sign", about="none")
def sign(*, plan: Plan, digest: str, by: Any, now: datetime | None = None) -> Plan:
    """签批: a second person agrees to exactly this plan with what the trial said; from now on it is carried out."""
    assert now is not None
    act_as(require(by, SIGN, PROVINCE))
    found = _locked(plan)
    if found.state != "ready":
        raise Stale(_("这个计划不在待签状态。"))
    if found.made_by_id == by.pk:
        raise Refusal(_("制定计划的人不能自己签批。"), code="second_person")
    barring.must_be_no_party(by, *_cases(found))
    if not found.items.filter(state="possible").exists():
        raise Stale(_("计划里没有可以执行的案卷。"))
    if digest != found.digest or digest_of(found) != found.digest:
        raise Stale(_("计划和您看到的不一样了。请重新看一遍再签。"))
    found.state, found.signed_by, found.signed_at = "running", by, now
    found.save(update_fields=["state", "signed_by", "signed_at"])
    record("plan.signed", about=("plan", found.pk), object=found, payload={**_said(found), "digest": digest})
    return found


@action("plan.drop", about="none")
def drop_plan(*, plan: Plan, by: Any, now: datetime | None = None) -> Plan:
    """作废: the plan is not carried out; by its maker or by who would sign it."""
    assert now is not None
    act_as(require(by, MAKE, PROVINCE))
    found = _locked(plan)
    if found.state not in ("checking", "ready"):
        raise Stale(_("这个计划已经签批或作废。"))
    found.state, found.dropped_by, found.ended_at = "dropped", by, now
    found.save(update_fields=["state", "dropped_by", "ended_at"])
    record("plan.dropped", about=("plan", found.pk), object=found, payload=_said(found))
    return found


@action("plan.undo", about="none")
def undo_plan(*, plan: Plan, by: Any, now: datetime | None = None) -> Plan:
    """撤回换版本: each case that has not moved since goes back to the version it came from."""
    assert now is not None
    act_as(require(by, SIGN, PROVINCE))
    found = _locked(plan)
    if found.kind != "migrate" or found.state != "done":
        raise Stale(_("只有已经执行的换版本计划可以撤回。"))
    if found.made_by_id == by.pk:
        raise Refusal(_("制定计划的人不能自己撤回。"), code="second_person")
    barring.must_be_no_party(by, *_cases(found))
    found.state, found.undone_by = "undoing", by
    found.save(update_fields=["state", "undone_by"])
    record("plan.undone", about=("plan", found.pk), object=found, payload=_said(found))
    return found


def _locked(plan: Plan) -> Plan:
    return Plan.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan.pk)


def _cases(plan: Plan) -> list[Case]:
    return [item.case for item in plan.items.select_related("case")]


def _checked(kind: str, where: dict[str, Any], chosen: list[Case], flows: set[str], reason: str) -> None:
    needed = [name for name in SAYS.get(kind, ()) if (kind, name) != ("restart", "step")]
    faults: dict[str, Any] = {name: _("请填写这一项") for name in needed if not str(where[name]).strip()}
    if kind not in dict(Plan.KINDS):
        faults["kind"] = _("请选择一种干预")
    if not chosen or len(flows) != 1 or len(chosen) > MOST or (kind != "migrate" and len(chosen) > 1):
        faults["cases"] = _("请选择同一个流程版本上的案卷；除换版本外一次一件")
    if len(reason.strip()) < LEAST:
        faults["reason"] = _("请写明为什么干预，至少 10 个字")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)


def _other_version(flow: str, to_flow: str, mapping: Mapping[str, str]) -> None:
    new = road_named(to_flow)
    if to_flow == flow or to_flow.split("/")[0] != flow.split("/")[0]:
        raise Invalid(_("请选择同一个项目的另一个版本。"), fields={"to_flow": _("请选择另一个版本")})
    unknown = [name for name in mapping.values() if name not in new.reading_order]
    if unknown:
        said = _("新流程里没有：{steps}").format(steps=listed(unknown))
        raise Invalid(said, fields={"mapping": said})


def _fitting(case: Case, fact: str, value: Any, now: datetime) -> str:
    """The value as the question of this fact takes it and an answer holds it, as JSON."""
    question = next((one for one in correctable(case) if one.key == fact), None)
    if question is None:
        raise Invalid(_("没有这一项，或者不能这样更正。"), fields={"fact": _("请选择要更正的一项")})
    try:
        return json.dumps(cleaned(question, value, answers(case), now), ensure_ascii=False)
    except Invalid as fault:
        raise Invalid(fault.reason, fields={"value": fault.fields[fact]}) from fault


def _said(plan: Plan) -> dict[str, Any]:
    fields = ("kind", "flow", "step", "to_step", "to_flow", "mapping", "fact")
    return {name: getattr(plan, name) for name in fields} | {"reason": commitment_of(plan.reason)}
