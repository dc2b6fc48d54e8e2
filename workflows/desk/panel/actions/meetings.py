"""A meeting from its call to its signed minutes (会议): agenda, attendance, cases that leave the agenda, minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, require
from cases.award.models import Award
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_cases
from cases.duplicates.actions import must_be_clear
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, current, record
from cases.policy.evaluations import keep
from cases.policy.queries import policy_of
from cases.sealed import commitment_of
from cases.urgent.models import UrgentAid
from cases.urgent.rules import CONFIRMATION
from workflows.desk.panel.models import Attendance, Meeting, MeetingItem, MinutesSignature
from workflows.desk.panel.queries import ended_meeting, waiting, who_may_at

SHORTEST_MINUTES = 20
NUMBERING = 7_200_640


@action("panel.call", about="meeting")
def call_meeting(*, held_on: date, items: Sequence[int], by: Any, now: datetime | None = None) -> Meeting:
    """召集会议: put waiting cases on the agenda of a day; the quorum is the highest that their pinned policies ask for
    at their amounts.

    Raises Invalid without a case or for a day that is over, Refusal without the right to call.
    """
    assert now is not None
    act_as(by, "panel.call")
    if held_on < local_day(now):
        raise Invalid(_("开会日期不能早于今天。"), fields={"held_on": _("开会日期不能早于今天")})
    lock_cases(waiting(by).filter(pk__in=list(items)).values_list("case_id", flat=True))
    chosen = list(waiting(by).filter(pk__in=list(items)).order_by("case_id"))  # as they are under their locks
    if not chosen or len(chosen) != len(set(items)):
        raise Invalid(
            _("请至少选一件待上会的案卷；有的案卷可能已经列入别的会议。"), fields={"items": _("请重新选择案卷")}
        )
    must_be_clear([item.case for item in chosen])
    amounts = {item.case_id: _proposed(item) for item in chosen}
    quorum = max(policy_of(item.case).quorum_for(amounts[item.case_id]).present for item in chosen)
    meeting = Meeting.objects.create(
        number=_next_number(local_day(now).year), held_on=held_on, quorum=quorum, called_by=by, called_at=now
    )
    for item in chosen:
        row = MeetingItem.objects.create(
            meeting=meeting, case_id=item.case_id, work_item=item, amount=amounts[item.case_id]
        )
        _keep_quorum(item.case, row.amount, by, now)
        payload = {"meeting": meeting.number, "amount": row.amount}
        record("panel.listed", about=("case", item.case_id), object=row, payload=payload)
    record(
        "panel.called", about=("meeting", meeting.pk), object=meeting, payload={"held_on": held_on, "quorum": quorum}
    )
    return meeting


def _keep_quorum(case: Any, amount: Any, by: Any, now: datetime) -> None:
    """人数判定: by which row so many decide about so much money."""
    policy = policy_of(case)
    row = policy.quorum_row(amount)
    keep(
        case=case, kind="quorum", policy=policy, rows=[row], facts={"amount": amount}, result=row.value, by=by, now=now
    )


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


def _proposed(item: Any) -> Any:
    """议定金额: what was paid ahead, where that is to be confirmed (追认); else what was worked out."""
    if item.step == CONFIRMATION:
        return UrgentAid.objects.get(case=item.case_id).amount
    award = Award.objects.filter(case=item.case_id).order_by("-id").first()
    if award is None:
        raise Invalid(_("这件还没有核算金额，不能上会。"))
    return award.amount


@action("panel.sign_in", about="meeting")
def sign_in(*, meeting: Meeting, by: Any, now: datetime | None = None) -> Attendance:
    """签到: a member signs in himself, on the day; signing in twice changes nothing."""
    assert now is not None
    act_as(by, "panel.vote")
    found = _locked_meeting(meeting)
    if local_day(now) < found.held_on:
        raise Refusal(
            _("会议还没到召开日期，不能签到。"), code="too_early", status=409, who_may=_("开会当天到会的评审会成员")
        )
    attendance, made = Attendance.objects.get_or_create(meeting=found, member=by, defaults={"signed_at": now})
    if made:
        if found.state == "called":
            found.state = "open"
            found.save(update_fields=["state"])
        record("panel.signed_in", about=("meeting", found.pk), object=attendance, payload={})
    return attendance


@action("panel.minutes", about="meeting")
def close_meeting(*, meeting: Meeting, minutes: str, by: Any, now: datetime | None = None) -> Meeting:
    """会议纪要: write the minutes and end the meeting; nothing of it changes afterwards."""
    act_as(by, "panel.minutes")
    found = _locked_meeting(meeting)
    if len(minutes.strip()) < SHORTEST_MINUTES:
        raise Invalid(_("请写会议纪要，至少 20 个字。"), fields={"minutes": _("请写会议纪要，至少 20 个字")})
    if found.items.filter(outcome="").exists():
        raise Refusal(
            _("还有议题没有形成决定，不能结束会议。"),
            code="items_open",
            status=409,
            who_may=who_may_at("panel.vote", found),
        )
    found.minutes, found.minutes_by, found.closed_at, found.state = minutes.strip(), by, now, "closed"
    found.save(update_fields=["minutes", "minutes_by", "closed_at", "state"])
    found.refresh_from_db()
    record("panel.closed", about=("meeting", found.pk), object=found, payload={"minutes": commitment_of(found.minutes)})
    return found


@action("panel.sign_minutes", about="meeting")
def sign_minutes(*, meeting: Meeting, by: Any, now: datetime | None = None) -> MinutesSignature:
    """签字确认: a member who was present confirms the closed minutes himself; doing so twice changes nothing.

    Refused before the meeting has ended and to whoever was not there.
    """
    assert now is not None
    act_as(by, "panel.vote")
    found = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    ended_meeting(by, found.number)
    if not found.attendance.filter(member=by).exists():
        raise Refusal(
            _("您没有到会，不能在这份纪要上签字。"), code="not_present", who_may=_("到会的评审会成员，各签各的")
        )
    signature, made = MinutesSignature.objects.get_or_create(meeting=found, member=by, defaults={"signed_at": now})
    if made:
        payload = {"minutes": commitment_of(found.minutes)}
        record("panel.minutes_signed", about=("meeting", found.pk), object=signature, payload=payload)
    return signature


@action("panel.take_off")
def take_off_agendas(*, case: Any, by: Any, now: datetime | None = None) -> None:
    """撤出议程: the case ended meanwhile (withdrawn, terminated); its open items need no vote and hold up no meeting."""
    for item in MeetingItem.objects.select_related("meeting").filter(case=case, outcome=""):
        item.outcome, item.decided_at = "removed", now
        item.save(update_fields=["outcome", "decided_at"])
        payload = {"meeting": item.meeting.number, "outcome": item.outcome, "state": case.state}
        record("panel.removed", about=("case", case.pk), object=item, payload=payload)


def _locked_meeting(meeting: Meeting) -> Meeting:
    found = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if found.state == "closed":
        raise Stale(_("会议已经结束，不能再改。再议请另开会议。"), who_may=who_may_at("panel.call", found))
    return found


def act_as(by: Any, right: str) -> None:
    """State the post in which somebody takes part in a meeting; Refusal without one that has the right."""
    areas = [post.office.division_code for post in posts_of(by)]
    post = next((post for post in posts_of(by) if right in post.role.rights), None)
    if post is None:
        post = require(by, right, areas[0] if areas else "")
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
