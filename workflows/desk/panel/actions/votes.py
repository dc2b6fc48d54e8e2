"""What the panel does with one case: vote, stand aside, come to a decision (表决、回避、形成决定)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.dossier.waiting import jumps_the_line
from cases.duplicates.actions import must_be_clear
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, record
from cases.money.funds import funds_left
from cases.money.rules import FundShort
from cases.policy.queries import policy_of
from cases.sealed import commitment_of
from cases.urgent.actions import reserve_rest
from cases.urgent.queries import paid_ahead
from cases.urgent.rules import CONFIRMATION
from workflows import rechecks
from workflows.actions import panel_result
from workflows.barring import acted, parties
from workflows.desk.panel.actions.meetings import act_as
from workflows.desk.panel.models import Attendance, MeetingItem, Vote
from workflows.desk.panel.queries import has_read, tally_of, who_may_at
from workflows.desk.waiting.queries import first_in_line
from workflows.flow import step_named
from workflows.models import WorkItem
from workflows.offers import hold
from workflows.rules import duties


def vote(*, item: MeetingItem, choice: str, reason: str = "", by: Any, now: datetime | None = None) -> Vote:
    """表决: one vote of one member on one case. `choice` agree, reject, defer, abstain; recusal is `recuse`.

    Refused: not signed in, papers not opened, voted already, barred by duties, item closed. Reject and defer need a
    reason.
    """
    extra = {} if now is None else {"now": now}
    return _vote(case=item.case, item=item, choice=choice, reason=reason, by=by, **extra)


def recuse(*, item: MeetingItem, reason: str, by: Any, now: datetime | None = None) -> Vote:
    """回避: a member takes no part in one case and says why; leaves a row and counts for nothing."""
    return vote(item=item, choice="recused", reason=reason, by=by, now=now)


@action("panel.vote")
def _vote(*, case: Any, item: MeetingItem, choice: str, reason: str, by: Any, now: datetime | None = None) -> Vote:
    assert now is not None
    act_as(by, "panel.vote")
    locked = lock_case(case.pk)
    found = MeetingItem.objects.select_related("meeting", "work_item").get(pk=item.pk)
    _may_vote(locked, found, choice, by)
    too_short = policy_of(locked).opinion_fault(reason) if choice in ("reject", "defer", "recused") else None
    if too_short:
        raise Invalid(too_short, fields={"reason": too_short})
    made = Vote.objects.create(item=found, member=by, choice=choice, reason=reason.strip(), at=now)
    made.refresh_from_db()
    record(
        "panel.recused" if choice == "recused" else "panel.voted",
        about=("case", locked.pk),
        object=made,
        payload={"meeting": found.meeting.number, "choice": choice, "reason": commitment_of(made.reason)},
    )
    return made


def _may_vote(case: Any, item: MeetingItem, choice: str, by: Any) -> None:
    if choice not in dict(Vote.CHOICES):
        raise Invalid(_("请选择一个表决意见。"), fields={"choice": _("请选择一个表决意见")})
    if item.outcome or item.meeting.state == "closed":
        raise Stale(_ended(item), who_may=who_may_at("panel.call", item.meeting))
    if not Attendance.objects.filter(meeting=item.meeting, member=by).exists():
        raise Refusal(
            _("您还没有签到，不能表决。请先在会议页面签到。"), code="not_signed_in", who_may=_("已经签到的评审会成员")
        )
    earlier = Vote.objects.filter(item=item, member=by).first()
    if earlier is not None:
        words = (
            _("您已申请回避，不能再表决。") if earlier.choice == "recused" else _("您已经表决过，每人只能表决一次。")
        )
        raise Refusal(words, code="voted", status=409, who_may=_("还没有表决的到会成员"))
    if choice == "recused":
        return
    if not has_read(by, item):
        raise Refusal(
            _("您还没有打开这件的材料。请先阅读材料，再表决。"), code="unread", who_may=_("读过这件材料的到会成员")
        )
    node = step_named(case, item.work_item.step)
    bar = duties.bar(by.pk, level=node.level, not_by=node.excludes, acted=acted(case), parties=parties(case))
    if bar is not None:
        raise Refusal(bar.reason, code="duties", who_may=_("没有办过这件的到会成员；您请申请回避"))


def _ended(item: MeetingItem) -> Any:
    if item.outcome == "removed":
        return _("这件申请已经结束，已撤出议程。")
    return _("这一件已经形成决定。再议请另开会议。")


def close_item(*, item: MeetingItem, reasons: Sequence[str] = (), by: Any, now: datetime | None = None) -> str:
    """形成决定: close one item; what the votes carry happens at once. Answers the outcome.

    agree reserves the money and sends the case to public notice; when the fund is short the case waits (轮候). Refused
    without quorum, and while somebody present has neither voted nor declared his recusal.
    """
    extra = {} if now is None else {"now": now}
    return str(_close_item(case=item.case, item=item, reasons=reasons, by=by, **extra))


@action("panel.close_item")
def _close_item(*, case: Any, item: MeetingItem, reasons: Sequence[str], by: Any, now: datetime | None = None) -> str:
    act_as(by, "panel.minutes")
    locked = hold(lock_case(case.pk))
    found = (
        MeetingItem.objects.select_related("meeting", "work_item")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=item.pk)
    )
    found.case = locked
    if found.outcome:
        raise Stale(_ended(found), who_may=who_may_at("panel.call", found.meeting))
    count = tally_of(found)
    if not count.outcome:
        raise Refusal(count.reason, code="no_quorum", status=409, who_may=who_may("panel.vote", locked.handling_code))
    if count.outcome == "reject":
        _must_have_reasons(locked, reasons)
    assert now is not None
    rechecks.keep(locked, "panel", by=by, now=now)
    must_be_clear([locked] if count.outcome == "agree" else [])
    outcome = _reserved(locked, found, by, now) if count.outcome == "agree" else count.outcome
    found.outcome, found.decided_at, found.reasons = outcome, now, list(reasons) if outcome == "reject" else []
    found.save(update_fields=["outcome", "decided_at", "reasons"])
    record(
        "panel.decided",
        about=("case", locked.pk),
        object=found,
        payload={
            "meeting": found.meeting.number,
            "outcome": outcome,
            "amount": found.amount,
            "agree": count.agree,
            "reject": count.reject,
            "defer": count.defer,
            "abstain": count.abstain,
            "recused": count.recused,
            "reasons": found.reasons,
        },  # fmt: skip
    )
    panel_result(
        item=WorkItem.objects.select_related("case").get(pk=found.work_item_id),
        outcome=outcome,
        reasons=list(reasons),
        by=by,
    )
    return outcome


def _must_have_reasons(case: Any, reasons: Sequence[str]) -> None:
    known = {row.key for row in policy_of(case).section("reject_reasons")}
    if not reasons or not set(reasons) <= known:
        raise Invalid(_("表决结果是不同意，请选择原因。"), fields={"reasons": _("请从列表里至少选一个原因")})


def _reserved(case: Any, item: MeetingItem, by: Any, now: datetime) -> str:
    """Who agrees takes nothing from those who wait: with a line before it, the money must reach for all of them first."""
    if item.work_item.step == CONFIRMATION:  # what is confirmed was paid before
        return "agree"
    if jumps_the_line(case):
        return "waitlist"
    line, rest = first_in_line(case), item.amount - paid_ahead(case)
    funds = funds_left(case, rest, today=local_day(now), before=line) if line and rest > 0 else []
    if line and rest > 0 and not funds:
        return "waitlist"
    try:
        with transaction.atomic():
            reserve_rest(case=case, amount=item.amount, by=by, fund=next(iter(funds), None))
    except FundShort:
        return "waitlist"
    return "agree"
