"""The only way a case moves (办理): permission and area, lock, row version, duties, transition, history, outgoing work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, require, visible_cases, who_may
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, current, record
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.sealed import commitment_of
from workflows import offers, pauses
from workflows.engine import timers
from workflows.flow import road_of, step_of
from workflows.models import Decision, Draft, Run, WorkItem
from workflows.rules import duties

CLAIM_NEXT_LOOKS_AT = 50
MONEY_ON_ITS_WAY = ["IN_BATCH", "SENT", "UNKNOWN", "PAID", "FOLLOWUP"]


@action("case.start")
def start(*, case: Case, by: Any, now: datetime | None = None) -> Run:
    """收件: put a submitted case on the current road of its programme."""
    assert now is not None
    card = programme(case.programme)
    flow_class = card.roads[card.road]
    activation = flow_class.received.activation_class.create(flow_class.received, None, None)
    activation.process.data = {}
    activation.process.save()
    run = Run.objects.create(
        case=case, process_id=activation.process.pk, flow=f"{card.slug}/{card.road}", started_at=now
    )
    offers.hold(case)
    record("case.started", about=("case", case.pk), object=run, payload={"flow": run.flow})
    activation.execute()
    return run


@action("task.claim")
def claim(*, item: WorkItem | int, row_version: int | None = None, by: Any, now: datetime | None = None) -> WorkItem:
    """领取: take an open task; the second of two people who try at once is told who was first."""
    found = locked(item)
    post = _may_act(found, by)
    if found.state == "claimed" and found.holder_id == by.pk:
        return found
    _must_be_open(found, row_version)
    assert now is not None
    _take(found, by, post, now)
    return found


def _take(item: WorkItem, by: Any, post: Any, now: datetime) -> None:
    current_act = current()
    if current_act is not None:
        current_act.as_(role=post.role_id, office=post.office.name)
    item.state, item.holder, item.claimed_at = "claimed", by, now
    item.row_version += 1
    item.save(update_fields=["state", "holder", "claimed_at", "row_version"])
    record("task.claimed", about=("case", item.case_id), object=item, payload={"step": item.step})


@action("task.claim_next", about="none")
def claim_next(*, by: Any, role: str | None = None, now: datetime | None = None) -> WorkItem | None:
    """领取下一件: the open task due first of all that I may take; one whose case somebody is working on is passed over."""
    mine, posts = Q(pk=None), posts_of(by)
    if not posts:
        raise NotFound()
    for post in posts:
        if role is None or post.role_id == role:
            mine |= Q(role=post.role_id, division_code__startswith=post.office.division_code)
    rows = WorkItem.objects.filter(mine, state="open", kind="human").select_related("case__run")
    for found in rows.order_by("-priority", "due_on", "id")[:CLAIM_NEXT_LOOKS_AT]:
        if _bar(found, by) is not None:
            continue
        free = Case.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=found.case_id)
        if free.values_list("pk", flat=True).first() is None:
            continue
        try:
            return claim(item=found.pk, by=by)
        except Stale:
            continue
    return None


@action("task.release")
def release(*, item: WorkItem | int, reason: str, by: Any, now: datetime | None = None) -> WorkItem:
    """释放: give a task back to the pool, with a reason; what was typed stays as a draft."""
    found = locked(item)
    if found.state != "claimed" or found.holder_id != by.pk:
        raise Refusal(_("这件不在您手里。"), code="not_holder", who_may=_holder_of(found))
    if not reason.strip():
        raise Invalid(_("请写明为什么退回待领取。"), fields={"reason": _("请写明原因")})
    found.state, found.holder, found.claimed_at = "open", None, None
    found.row_version += 1
    found.save(update_fields=["state", "holder", "claimed_at", "row_version"])
    record("task.released", about=("case", found.case_id), object=found, payload={"step": found.step})
    return found


@action("task.draft")
def save_draft(*, item: WorkItem | int, data: Mapping[str, Any], by: Any, now: datetime | None = None) -> Draft:
    """存草稿: keep what somebody typed at a step and did not decide."""
    assert now is not None
    found = item if isinstance(item, WorkItem) else WorkItem.objects.filter(pk=item).first()
    if found is None or not visible_cases(by).filter(pk=found.case_id).exists():
        raise NotFound()
    draft, _made = Draft.objects.update_or_create(item_id=found.pk, by=by, defaults={"data": dict(data), "at": now})
    return draft


def decide(**decision: Any) -> Decision:
    """办理意见: decide a step; a late decision is refused and its text kept as a draft (see `_decide`)."""
    try:
        return _decide(**decision)
    except Stale:
        kept = {name: decision[name] for name in ("outcome", "reasons", "opinion", "to_step") if decision.get(name)}
        _keep(item=decision["item"], typed=kept, by=decision["by"])
        raise


def _keep(*, item: WorkItem | int, typed: dict[str, Any], by: Any) -> None:
    """What was typed too late joins the draft; what a page had already kept of it stays."""
    pk = item.pk if isinstance(item, WorkItem) else item
    earlier = Draft.objects.filter(item_id=pk, by=by).first()
    save_draft(item=item, data={**(dict(earlier.data) if earlier else {}), **typed}, by=by)


@action("task.decide")
def _decide(
    *,
    item: WorkItem | int,
    row_version: int | None = None,
    outcome: str,
    reasons: Sequence[str] = (),
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    to_step: str = "",
    happened_on: date | None = None,
    by: Any,
    now: datetime | None = None,
) -> Decision:
    """Decide one step through one of its exits.

    Stores the decision for good, moves the case, and lets the exit's effect run, all in one transaction. Refused: not my
    role or area, barred by duties, somebody was faster, no reason where one is needed (F33).
    """
    assert now is not None
    found = locked(item)
    post = _may_act(found, by)
    step = step_of(found)
    if found.state == "open":
        _must_be_open(found, row_version)
        _take(found, by, post, now)
    elif found.state != "claimed" or (row_version is not None and row_version != found.row_version):
        raise Stale(_("刚才一位同事已经办结这一步，您的意见没有提交，已替您留在草稿里。"))
    if found.holder_id != by.pk:
        raise Refusal(_("这件别的同事正在办理。"), code="not_holder", who_may=_holder_of(found))
    exit = _checked_exit(found.case, step, outcome, reasons, opinion, to_step)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    made = Decision(
        case=found.case, item=found, round=found.case.round, step=found.step, level=found.level, outcome=outcome,
        to_step=to_step, reasons=list(reasons), opinion=opinion.strip(), data=dict(data or {}) or None,
        policy_id=found.case.policy_id, actor=by, role=post.role_id, office=post.office,
        entrusted_from=found.entrusted_from, happened_on=happened_on or local_day(now), at=now,
    )  # fmt: skip
    _finish(found, now)
    effect = step.effects.get(outcome)
    if effect is not None:
        effect(case=found.case, decision=made, data=dict(data or {}), by=by, now=now)
    made.save()
    about = ("case", found.case_id)
    record("task.decided", about=about, object=made, happened_on=made.happened_on, payload=_told(made))
    if exit.kind == "return":
        found.case.round += 1
        found.case.save(update_fields=["round"])
    _leave(found, by=by, exit_name=outcome, to=to_step)
    return made


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
    faults: dict[str, Any] = {} if reasons else {"reasons": _("请从列表里至少选一个原因")}
    if too_short := policy_of(locked).opinion_fault(opinion):
        faults["opinion"] = too_short
    if faults:
        raise Invalid(_("终止要选原因，并写明情况。"), fields=faults)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    _stop(locked, "TERMINATED", now)
    record(
        "case.terminated", about=("case", locked.pk), object=locked,
        payload={"reasons": list(reasons), "opinion_length": len(opinion.strip())},
    )  # fmt: skip
    from workflows import effects

    effects.terminated(case=locked, reasons=list(reasons), opinion=opinion.strip(), by=by, now=now)


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
        step = getattr(road_of(case), item.step)
        exit = step.exits.get(name)
        if exit is None:
            continue
        item.case = case
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
        _finish(item, now)
        _leave(item, by=by, exit_name=name)
        offers.set_state(case, exit.state)
        return
    raise Stale(_("这件已经往下走了，这一步现在办不了。请刷新页面看最新进展。"))


def _stop(case: Case, state: str, now: datetime) -> None:
    if case.state in MONEY_ON_ITS_WAY or case.closed_at is not None:
        raise Refusal(
            _("款项已经进入拨付，现在不能撤回或终止。"),
            code="too_late",
            who_may=who_may("money.make", case.handling_code),
        )
    WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).update(
        state="cancelled", done_at=now, row_version=F("row_version") + 1
    )
    timers.disarm(case=case, now=now)
    flow_class = road_of(case)
    flow_class.instance.cancel(case.run.process)
    offers.set_state(case, state)


def locked(item: WorkItem | int) -> WorkItem:
    """Lock the case of an item, then the item; both stay in the hands of the open act."""
    pk = item.pk if isinstance(item, WorkItem) else item
    case_id = WorkItem.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound()
    case = offers.hold(lock_case(case_id))
    found = WorkItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    found.case = case
    return found


def _told(made: Decision) -> dict[str, Any]:
    """What history keeps of a decision: everything but the words of the opinion."""
    return {
        "step": made.step,
        "outcome": made.outcome,
        "to": made.to_step,
        "reasons": made.reasons,
        "round": made.round,
        "amount": made.amount,
        "opinion": commitment_of(made.opinion),
        "policy": made.policy_id,
        "entrusted_from": made.entrusted_from,
    }


def _may_act(item: WorkItem, by: Any) -> Any:
    posts = [
        post
        for post in posts_of(by)
        if post.role_id == item.role and item.division_code.startswith(post.office.division_code)
    ]
    if not posts:
        if not visible_cases(by).filter(pk=item.case_id).exists():
            raise NotFound()
        raise Refusal(_("这一步不归您办理。"), code="not_my_step", who_may=who_may(item.role, item.division_code))
    bar = _bar(item, by)
    if bar is not None:
        raise Refusal(bar.reason, code="duties", who_may=who_may(item.role, item.division_code))
    return posts[0]


def _bar(item: WorkItem, by: Any) -> duties.Bar | None:
    step = step_of(item)
    return duties.bar(
        by.pk, level=step.level, not_by=step.not_by, acted=offers.acted(item.case), parties=offers.parties(item.case)
    )


def _must_be_open(item: WorkItem, row_version: int | None) -> None:
    if item.state != "open" or item.kind != "human":
        raise Stale(_("刚才一位同事已经领取或办结这一步。您填写的内容已替您留在草稿里。"), who_may=_holder_of(item))
    if row_version is not None and row_version != item.row_version:
        raise Stale(_("打开页面以后这件有了变化。请看最新内容再办，您填写的内容已替您留在草稿里。"))


def _holder_of(item: WorkItem) -> str:
    return str(item.holder.name) if item.holder_id and item.holder else who_may(item.role, item.division_code)


def _checked_exit(case: Case, step: Any, outcome: str, reasons: Sequence[str], opinion: str, to_step: str) -> Any:
    exit = step.exits.get(outcome)
    if exit is None or exit.kind == "fact":
        raise Invalid(_("请选择一个办理结果。"), fields={"outcome": _("请选择一个办理结果")})
    faults: dict[str, Any] = {}
    if exit.needs_reason:
        policy = policy_of(case)
        known = {row.key for row in policy.section(exit.reasons)}
        if not reasons or not set(reasons) <= known:
            faults["reasons"] = _("请从列表里至少选一个原因")
        if too_short := policy.opinion_fault(opinion):
            faults["opinion"] = too_short
    if len(exit.targets) > 1 and to_step not in exit.targets:
        faults["to_step"] = _("请选择退回到哪一步")
    if to_step and to_step not in exit.targets:
        faults["to_step"] = _("不能退回到这一步")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    return exit


def _finish(item: WorkItem, now: datetime) -> None:
    timers.disarm(case=item.case, now=now, kind="lapse", key=str(item.pk))
    item.state, item.done_at = "done", now
    item.row_version += 1
    item.save(update_fields=["state", "done_at", "row_version"])


def _leave(item: WorkItem, *, by: Any, exit_name: str, to: str = "") -> None:
    flow_class = road_of(item.case)
    activation = item.task.flow_task.activation_class(item.task)
    with flow_class.lock(item.task.process_id):
        activation.leave(by=by, exit_name=exit_name, to=to)


__all__ = [
    "claim",
    "claim_next",
    "decide",
    "fact",
    "panel_result",
    "release",
    "save_draft",
    "start",
    "stop",
    "terminate",
]
