"""Decide a step (办理意见): through one of its exits, once; what was typed too late is kept as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.access.queries import is_known, who_may
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history import unit
from cases.history.record import action, record
from cases.policy.queries import policy_of
from cases.sealed import commitment_of
from workflows import asked, barring, rechecks
from workflows.actions.claiming import act_as, take
from workflows.actions.common import finish, holder_of, leave, locked, may_act, must_be_open, what_happened
from workflows.flow import step_of
from workflows.models import Decision, Draft, WorkItem
from workflows.reading import agrees, must_be_opened, reading_in
from workflows.reading import keep as keep_reading


@action("task.draft")
def save_draft(*, item: WorkItem | int, data: Mapping[str, Any], by: Any, now: datetime | None = None) -> Draft:
    """存草稿: keep what somebody typed at a step and did not decide."""
    assert now is not None
    found = item if isinstance(item, WorkItem) else WorkItem.objects.filter(pk=item).first()
    if found is None or not (found.holder_id == by.pk or is_known(by, found.case_id)):
        raise NotFound()
    draft, _made = Draft.objects.update_or_create(item_id=found.pk, by=by, defaults={"data": dict(data), "at": now})
    return draft


def decide(
    *,
    item: WorkItem | int,
    row_version: int | None = None,
    outcome: str,
    reasons: Sequence[str] = (),
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    to_step: str = "",
    happened_on: date | None = None,
    batch: UUID | None = None,
    by: Any,
    now: datetime | None = None,
) -> Decision:
    """办理意见: decide a step; a late decision is refused and its text kept as a draft (see `_decide`)."""
    try:
        return _decide(
            item=item, row_version=row_version, outcome=outcome, reasons=reasons, opinion=opinion, data=data,
            to_step=to_step, happened_on=happened_on, batch=batch, by=by, **({} if now is None else {"now": now}),
        )  # fmt: skip
    except Stale:
        typed = {"outcome": outcome, "reasons": list(reasons), "opinion": opinion, "to_step": to_step}
        _keep(item=item, typed={name: value for name, value in typed.items() if value}, by=by)
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
    batch: UUID | None = None,
    by: Any,
    now: datetime | None = None,
) -> Decision:
    """Decide one step through one of its exits.

    Stores the decision for good, moves the case, and lets the exit's effect run, all in one transaction; where several are
    asked (多人意见) the case moves with the opinion that settles the step, and the others' seats are taken back. Refused: not my
    role or area, barred by duties, somebody was faster, no reason where one is needed (F33), a required paper never
    opened where the policy asks for it (F49), something asked at the step that has to be answered first (交办). `batch`: one of several decided in one go (成批办理); then the case was
    opened at this step and its required papers too, whatever the policy says.
    """
    assert now is not None
    found = locked(item, moved_by=by)
    post = may_act(found, by)
    step = step_of(found)
    if found.state == "open":
        must_be_open(found, row_version)
        take(found, by, post, now)
    elif found.state != "claimed" or (row_version is not None and row_version != found.row_version):
        raise Stale(what_happened(found))
    if found.holder_id != by.pk:
        raise Refusal(_("这件别的同事正在办理。"), code="not_holder", who_may=holder_of(found))
    asked.must_be_answered(found)
    exit = _checked_exit(found.case, step, outcome, reasons, opinion, to_step)
    day = _day(happened_on, found.case, now)
    reading = reading_in(found)
    must_be_opened(found, exit, reading, in_batch=batch is not None)
    if agrees(exit) and step.form in rechecks.APPROVING:
        rechecks.must_be_as_shown(found, by=by, now=now)
    act_as(post)
    made = Decision(
        case=found.case, item=found, round=found.case.round, step=found.step, level=found.level, outcome=outcome,
        to_step=to_step, reasons=list(reasons), opinion=opinion.strip(), data=dict(data or {}) or None,
        policy_id=found.case.policy_id, actor=by, role=post.role_id, office=post.office, stand_in=post.stand_in,
        on_behalf_of=post.user if post.stand_in else None,
        entrusted_from=found.entrusted_from, happened_on=day, at=now, batch=batch,
    )  # fmt: skip
    keep_reading(made, reading, exit, policy_of(found.case))
    finish(found, now)
    is_settled = step.settles(outcome, _earlier(found))
    effect = step.effects.get(outcome)
    if effect is not None and is_settled:
        effect(case=found.case, decision=made, data=dict(data or {}), by=by, now=now)
    _within_cap(post, found.case, made)
    unit.insert(made, keyed=True)
    barring.add(made)
    about = ("case", found.case_id)
    record("task.decided", about=about, object=made, happened_on=made.happened_on, payload=_told(made))
    if is_settled:
        if exit.kind == "return":
            found.case.round += 1
            found.case.save(update_fields=["round"])
        leave(found, by=by, exit_name=outcome, to=to_step)
    return made


def _earlier(item: WorkItem) -> list[str]:
    """The opinions that were given at this task before (多人意见)."""
    if step_of(item).of == 1:
        return []
    return list(Decision.objects.filter(item__task=item.task_id).order_by("pk").values_list("outcome", flat=True))


def _within_cap(post: Any, case: Case, made: Decision) -> None:
    lent = post.stand_in
    if lent is not None and (lent.is_exceeded_by(made.amount) or lent.is_exceeded_by(case.award)):
        raise Refusal(
            _("金额超过了替岗的上限，需要{who}本人或别的同事办理。").format(who=post.user.name),
            code="over_cap",
            who_may=who_may(post.role_id, case.handling_code),
        )


def _day(happened_on: date | None, case: Case, now: datetime) -> date:
    """发生日期: the day on which it was done, today when none is given; never before the case was there, never to come."""
    today = local_day(now)
    if happened_on is None:
        return today
    first = local_day(case.submitted_at) if case.submitted_at else today
    if not first <= happened_on <= today:
        said = _("发生日期应在提交申请那天到今天之间。")
        raise Invalid(said, fields={"happened_on": said})
    return happened_on


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
        **({"stand_in": made.stand_in_id} if made.stand_in_id else {}),
        "opened": len(made.reading["opened"]),
        "unopened": made.reading["unopened"],
        "seconds": made.seconds,
        "hasty": made.is_hasty,
        "batch": made.batch,
    }


def _checked_exit(case: Case, step: Any, outcome: str, reasons: Sequence[str], opinion: str, to_step: str) -> Any:
    exit = step.exits.get(outcome)
    if exit is None or exit.kind == "fact":
        raise Invalid(_("请选择一个办理结果。"), fields={"outcome": _("请选择一个办理结果")})
    faults: dict[str, Any] = {}
    policy = policy_of(case)
    if not exit.is_offered(policy):
        if exit.kind == "urgent":
            who = who_may("policy.publish", case.handling_code)
            raise Refusal(_("现行政策没有开急难通道。"), code="urgent_off", status=409, who_may=who)
        raise Invalid(_("现行政策没有启用这一级。"), fields={"outcome": _("请选另一个办理结果")})
    if exit.needs_reason:
        known = {row.key for row in policy.section(exit.reasons)}
        if not reasons or not set(reasons) <= known:
            faults["reasons"] = _("请从列表里至少选一个原因")
    if exit.needs_opinion and (too_short := policy.opinion_fault(opinion)):
        faults["opinion"] = too_short
    if len(exit.targets) > 1 and to_step not in exit.targets:
        faults["to_step"] = _("请选择退回到哪一步")
    if to_step and to_step not in exit.targets:
        faults["to_step"] = _("不能退回到这一步")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    return exit
