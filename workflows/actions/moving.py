"""A case begins its road, moves by a fact from outside it, or ends beside it (终止)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import require, who_may
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal, Stale
from cases.history import unit
from cases.history.record import action, current, record
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.providers.queries import was_treated
from cases.sealed import commitment_of
from workflows import barring, holding, offers, pauses, suspended
from workflows.actions.common import finish, leave, locked
from workflows.engine import messages, timers
from workflows.flow import road_of, step_named
from workflows.models import Ending, Run, WorkItem

MONEY_ON_ITS_WAY = ["SETTLEMENT", "IN_BATCH", "SENT", "UNKNOWN", "CONFIRM", "RECOVERY", "FOLLOWUP"]

LATER = frozenset({
    "supplement_answered", "supplement_lapsed", "publicity_closed", "objection_filed", "objection_dismissed",
    "objection_upheld", "payment_unbatched", "payment_unknown", "payment_paid", "payment_failed", "payment_returned",
    "account_repaired", "treatment_done", "treatment_ended", "claim_settled", "claim_refused",
})  # fmt: skip
"""What applicant, public and bank do cannot be undone by a suspension: it is kept and moves the case when that goes on."""


@action("case.start")
def start(*, case: Case, by: Any, now: datetime | None = None) -> Run:
    """收件: put a submitted case on the current road of its programme; the open act holds its lock or has just made it."""
    assert now is not None
    card = programme(case.programme)
    flow_class = card.roads[card.road]
    activation = flow_class.received.activation_class.create(flow_class.received, None, None)
    activation.process.data = {}
    activation.process.save()
    case.needs_notice = flow_class.needs_notice
    unit.update(case, ["needs_notice"])
    run = Run(case=case, process_id=activation.process.pk, flow=f"{card.slug}/{card.road}", started_at=now)
    unit.insert(run, keyed=True)
    offers.hold(case, locked=True)
    record("case.started", about=("case", case.pk), object=run, payload={"flow": run.flow})
    activation.execute()
    return run


@action("panel.result")
def panel_result(
    *, item: WorkItem, outcome: str, reasons: Sequence[str] = (), by: Any, now: datetime | None = None
) -> None:
    """集体研究结果: the meeting's outcome for one case (agree, reject, defer, waitlist) moves it on."""
    found = locked(item)
    _take_fact(found.case, f"panel_{outcome}", by=by, now=now, reasons=list(reasons))


@action("case.terminate")
def terminate(*, case: Case, reasons: Sequence[str], opinion: str, by: Any, now: datetime | None = None) -> None:
    """终止: end a case outside its road (death, lost contact, no longer eligible), before money is on its way."""
    assert now is not None
    locked = offers.hold(lock_case(case.pk))
    post = require(by, "case.terminate", locked.handling_code)
    barring.must_be_no_party(by, locked)
    policy = policy_of(locked)
    known = {row.key for row in policy.section("reject_reasons")}
    is_coded = bool(reasons) and set(reasons) <= known
    faults: dict[str, Any] = {} if is_coded else {"reasons": _("请从列表里至少选一个原因")}
    if too_short := policy.opinion_fault(opinion):
        faults["opinion"] = too_short
    if faults:
        raise Invalid(_("终止要选原因，并写明情况。"), fields=faults)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    state = locked.state
    _stop(locked, "TERMINATED", now)
    made = Ending.objects.create(
        case=locked, state=state, reasons=list(reasons), opinion=opinion.strip(), policy_id=policy.version,
        actor=by, role=post.role_id, office=post.office, at=now,
    )  # fmt: skip
    record(
        "case.terminated", about=("case", locked.pk), object=made,
        payload={"reasons": made.reasons, "opinion": commitment_of(made.opinion), "from": state, "policy": policy.version},
    )  # fmt: skip
    from workflows import effects

    effects.terminated(case=locked, reasons=list(reasons), by=by, now=now)


def fact(case: Case, name: str, *, by: Any, now: datetime, **details: Any) -> None:
    """A fact from below moves the case that waits for it; runs inside the action that told it."""
    _take_fact(offers.hold(case), name, by=by, now=now, **details)


def stop(case: Case, state: str, *, now: datetime) -> None:
    """End a case outside its road, inside the action that told it (withdrawn, lapsed)."""
    _stop(offers.hold(case), state, now)


def _take_fact(case: Case, name: str, *, by: Any, now: datetime | None, **details: Any) -> None:
    assert now is not None
    waiting = WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).order_by("id")
    for item in waiting:
        step = step_named(case, item.step)
        exit = step.exits.get(name)
        if exit is None:
            continue
        item.case = case
        if (held := suspended.suspension_of(item)) is not None:
            if name not in LATER:
                raise suspended.Suspended(held)
            messages.keep(item, name, details, by=by, now=now)
            return
        holding.wake(case, now=now)
        effect = step.effects.get(name)
        if effect is not None:
            effect(case=case, decision=None, data=details, by=by, now=now)
        record("case.fact", about=("case", case.pk), object=item, payload={"step": item.step, "fact": name})
        if not exit.nodes:
            offers.set_state(case, exit.state)
            if exit.pauses:
                pauses.begin(item, name, now=now)
            if exit.resumes:
                pauses.end(item, policy_of(case), step.days_key, now=now)
            return
        finish(item, now)
        leave(item, by=by, exit_name=name)
        offers.set_state(case, exit.state)
        return
    raise Stale(_("这件已经往下走了，这一步现在办不了。请刷新页面看最新进展。"))


def _stop(case: Case, state: str, now: datetime) -> None:
    if case.state == "TREATMENT" and was_treated(case):
        raise Refusal(
            _("已经做过一处，费用要结算，现在不能撤回或终止。其余的请办理“不再做”。"), code="treated", status=409
        )
    if case.state in MONEY_ON_ITS_WAY or case.closed_at is not None:
        is_given = programme(case.programme).in_kind and case.state == "FOLLOWUP"
        given, on_its_way = _("设备已经发放，现在不能撤回或终止。"), _("款项已经进入拨付，现在不能撤回或终止。")
        raise Refusal(
            given if is_given else on_its_way,
            code="too_late",
            who_may=who_may("money.make", case.handling_code),
        )
    timers.disarm(case=case, now=now)
    flow_class = road_of(case)
    flow_class.instance.cancel(case.run.process)
    offers.set_state(case, state)
