"""What a panel does (集体研究): call, sign in, vote, recuse, close an item, keep the minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, require, who_may
from cases.award.models import Award
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, current, record
from cases.money import actions as money
from cases.money.rules import FundShort
from cases.policy.queries import policy_of
from cases.sealed import commitment_of
from workflows.actions import panel_result
from workflows.desk.panel.models import Attendance, Meeting, MeetingItem, Vote
from workflows.desk.panel.queries import has_read, tally_of, waiting
from workflows.models import WorkItem
from workflows.offers import acted, hold, parties
from workflows.rules import duties

SHORTEST_MINUTES = 20
NUMBERING = 7_200_640


@action("panel.call", about="meeting")
def call_meeting(*, held_on: date, items: Sequence[int], by: Any, now: datetime | None = None) -> Meeting:
    """召集会议: put waiting cases on the agenda of a day; the quorum is the highest that their pinned policies ask for.

    Raises Invalid without a case or for a day that is over, Refusal without the right to call.
    """
    assert now is not None
    _as_post(by, "panel.call")
    if held_on < local_day(now):
        raise Invalid(_("开会日期不能早于今天。"), fields={"held_on": _("开会日期不能早于今天")})
    chosen = list(waiting(by).filter(pk__in=list(items)).order_by("case_id"))
    if not chosen or len(chosen) != len(set(items)):
        raise Invalid(
            _("请至少选一件待上会的案卷；有的案卷可能已经列入别的会议。"), fields={"items": _("请重新选择案卷")}
        )
    quorum = max(policy_of(item.case).quorum.present for item in chosen)
    meeting = Meeting.objects.create(
        number=_next_number(local_day(now).year), held_on=held_on, quorum=quorum, called_by=by, called_at=now
    )
    for item in chosen:
        case = lock_case(item.case_id)
        row = MeetingItem.objects.create(meeting=meeting, case=case, work_item=item, amount=_proposed(case))
        payload = {"meeting": meeting.number, "amount": row.amount}
        record("panel.listed", about=("case", case.pk), object=row, payload=payload)
    record(
        "panel.called", about=("meeting", meeting.pk), object=meeting, payload={"held_on": held_on, "quorum": quorum}
    )
    return meeting


def _next_number(year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    last = (
        Meeting.objects.filter(number__startswith=f"{year}-")
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{year}-{int(last.split('-')[1]) + 1 if last else 1:03d}"


def _proposed(case: Any) -> Any:
    award = Award.objects.filter(case=case).order_by("-id").first()
    if award is None:
        raise Invalid(_("这件还没有核算金额，不能上会。"))
    return award.amount


@action("panel.sign_in", about="meeting")
def sign_in(*, meeting: Meeting, by: Any, now: datetime | None = None) -> Attendance:
    """签到: a member signs in himself, on the day; signing in twice changes nothing."""
    assert now is not None
    _as_post(by, "panel.vote")
    found = _locked_meeting(meeting)
    if local_day(now) < found.held_on:
        raise Refusal(_("会议还没到召开日期，不能签到。"), code="too_early", status=409)
    attendance, made = Attendance.objects.get_or_create(meeting=found, member=by, defaults={"signed_at": now})
    if made:
        if found.state == "called":
            found.state = "open"
            found.save(update_fields=["state"])
        record("panel.signed_in", about=("meeting", found.pk), object=attendance, payload={})
    return attendance


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
    _as_post(by, "panel.vote")
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
        raise Stale(_("这一件已经形成决定，不能再表决。"))
    if not Attendance.objects.filter(meeting=item.meeting, member=by).exists():
        raise Refusal(_("您还没有签到，不能表决。请先在会议页面签到。"), code="not_signed_in")
    earlier = Vote.objects.filter(item=item, member=by).first()
    if earlier is not None:
        words = (
            _("您已申请回避，不能再表决。") if earlier.choice == "recused" else _("您已经表决过，每人只能表决一次。")
        )
        raise Stale(words)
    if choice == "recused":
        return
    if not has_read(by, item):
        raise Refusal(_("您还没有打开这件的材料。请先阅读材料，再表决。"), code="unread")
    level = item.work_item.level
    bar = duties.bar(by.pk, level=level, not_by=(), acted=acted(case), parties=parties(case))
    if bar is not None:
        raise Refusal(bar.reason, code="duties", who_may=_("请申请回避，由其他成员表决。"))


def close_item(*, item: MeetingItem, reasons: Sequence[str] = (), by: Any, now: datetime | None = None) -> str:
    """形成决定: close one item; what the votes carry happens at once. Answers the outcome.

    agree reserves the money and sends the case to public notice; when the fund is short the case waits (轮候). Refused
    without quorum, and while somebody present has neither voted nor declared his recusal.
    """
    extra = {} if now is None else {"now": now}
    return str(_close_item(case=item.case, item=item, reasons=reasons, by=by, **extra))


@action("panel.close_item")
def _close_item(*, case: Any, item: MeetingItem, reasons: Sequence[str], by: Any, now: datetime | None = None) -> str:
    _as_post(by, "panel.minutes")
    locked = hold(lock_case(case.pk))
    found = (
        MeetingItem.objects.select_related("meeting", "work_item")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=item.pk)
    )
    found.case = locked
    if found.outcome:
        raise Stale(_("这一件已经形成决定。"))
    count = tally_of(found)
    if not count.outcome:
        raise Refusal(count.reason, code="no_quorum", status=409, who_may=who_may("panel.vote", locked.handling_code))
    if count.outcome == "reject":
        _must_have_reasons(locked, reasons)
    outcome = _reserved(locked, found, by) if count.outcome == "agree" else count.outcome
    found.outcome, found.decided_at = outcome, now
    found.save(update_fields=["outcome", "decided_at"])
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
            "reasons": list(reasons),
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


def _reserved(case: Any, item: MeetingItem, by: Any) -> str:
    try:
        with transaction.atomic():
            money.reserve(case=case, amount=item.amount, by=by)
    except FundShort:
        return "waitlist"
    return "agree"


@action("panel.minutes", about="meeting")
def close_meeting(*, meeting: Meeting, minutes: str, by: Any, now: datetime | None = None) -> Meeting:
    """会议纪要: write the minutes and end the meeting; nothing of it changes afterwards."""
    _as_post(by, "panel.minutes")
    found = _locked_meeting(meeting)
    if len(minutes.strip()) < SHORTEST_MINUTES:
        raise Invalid(_("请写会议纪要，至少 20 个字。"), fields={"minutes": _("请写会议纪要，至少 20 个字")})
    if found.items.filter(outcome="").exists():
        raise Refusal(_("还有议题没有形成决定，不能结束会议。"), code="items_open", status=409)
    found.minutes, found.minutes_by, found.closed_at, found.state = minutes.strip(), by, now, "closed"
    found.save(update_fields=["minutes", "minutes_by", "closed_at", "state"])
    found.refresh_from_db()
    record("panel.closed", about=("meeting", found.pk), object=found, payload={"minutes": commitment_of(found.minutes)})
    return found


def _locked_meeting(meeting: Meeting) -> Meeting:
    found = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if found.state == "closed":
        raise Stale(_("会议已经结束。"))
    return found


def _as_post(by: Any, right: str) -> None:
    areas = [post.office.division_code for post in posts_of(by)]
    post = next((post for post in posts_of(by) if right in post.role.rights), None)
    if post is None:
        post = require(by, right, areas[0] if areas else "")
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
