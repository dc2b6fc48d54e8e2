"""Suspend (停办) one case, one step of a road or a whole version of a road, and let it go on (恢复办理)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.calendar import clock
from cases.calendar.rules import end_of, local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, current, record
from cases.policy.queries import due_date, policy_of
from cases.sealed import commitment_of
from workflows import barring, pauses, suspended
from workflows.actions import deliver_message, locked
from workflows.engine import messages, timers
from workflows.flow import step_of
from workflows.holding import CLAIM
from workflows.models import Pause, Suspension, WorkItem
from workflows.operations.roads import PROVINCE, road_named

log = structlog.get_logger(__name__)
AT_ONCE = 50
"""How many steps of a road are set going again at one pass of the clock."""
LEAST = 10


@action("case.suspend")
def suspend(*, case: Case, reason: str, until: date | None = None, by: Any, now: datetime | None = None) -> Suspension:
    """停办一件: nobody takes or decides its steps, its timers wait, its payment is held, until it is let go on.

    `until` is the last day; the clock lets it go on the day after. The applicant may still withdraw.
    """
    assert now is not None
    found = lock_case(case.pk)
    post = require(by, suspended.CASE, found.handling_code)
    barring.must_be_no_party(by, found)
    act_as(post)
    _checked(reason, until, now)
    if found.closed_at is not None or found.state == "DRAFT":
        raise Stale(_("这件已经办结或还没提交，不用停办。"))
    if (held := suspended.of_case(found)) is not None:
        raise suspended.Suspended(held)
    return _ordered(post, reason, until, by, now, case=found)


@action("road.suspend", about="none")
def suspend_road(
    *, flow: str, step: str = "", reason: str, until: date | None = None, by: Any, now: datetime | None = None
) -> Suspension:
    """停办一个环节或一个流程版本: every case that stands there, and comes there later, waits. `flow` is like slug/v1."""
    assert now is not None
    post = require(by, suspended.ROAD, PROVINCE)
    act_as(post)
    _checked(reason, until, now)
    road_named(flow, step)
    if Suspension.objects.filter(flow=flow, step=step, case=None, ended_at=None).exists():
        raise Stale(_("这里已经停办了。"))
    return _ordered(post, reason, until, by, now, flow=flow, step=step)


@action("suspension.end", about="none")
def resume(*, suspension: Suspension, by: Any, now: datetime | None = None) -> Suspension:
    """恢复办理: the office that suspended it, or one above, lets it go on; deadlines move on by the days it stood still."""
    assert now is not None
    if suspension.case_id is not None:
        lock_case(suspension.case_id)
    found = Suspension.objects.select_for_update(no_key=True, of=("self",)).get(pk=suspension.pk)
    act_as(require(by, suspended.CASE if found.case_id else suspended.ROAD, found.place))
    if found.case is not None:
        barring.must_be_no_party(by, found.case)
    if found.ended_at is not None:
        raise Stale(_("已经恢复办理了。"))
    return _end(found, by, now)


@action("suspension.expired", about="none")
def expire(*, suspension: Suspension, by: Any, now: datetime | None = None) -> None:
    """停办到期: the last day is over, or the case ended meanwhile. The clock does it."""
    assert now is not None
    if suspension.case_id is not None:
        lock_case(suspension.case_id)
    found = Suspension.objects.select_for_update(no_key=True, of=("self",)).get(pk=suspension.pk)
    if found.ended_at is None and found.until is not None and found.until < local_day(now):
        _end(found, None, now)


@action("suspension.step_goes_on", about="case")
def go_on(*, case: Case, item: int, suspension: Suspension, by: Any, now: datetime | None = None) -> None:
    """计时接续: the clock of one step and its timers move on by the days that it stood still. The clock does it."""
    assert now is not None
    found = locked(item)
    if found.state in ("open", "claimed") and not Pause.objects.filter(item=found, reason=_mark(suspension)).exists():
        _move_on(found, suspension, now)
        _hear(case.pk, by)


def case_ended(case: Case, *, by: Any, now: datetime, **_details: Any) -> None:
    """A case that ended otherwise (withdrawn, terminated) is no longer suspended."""
    for found in Suspension.objects.filter(case=case, ended_at=None):
        _end(found, by, now)


def end_due() -> int:
    """Let go on what was suspended up to a day that is over; the clock calls it at each pass."""
    due = Suspension.objects.filter(settled_at=None, ended_at=None, until__lt=clock.today())
    return _each(due, lambda one: expire(suspension=one, by=None))


def settle_ended() -> int:
    """Move the clocks of the steps of ended suspensions on, so many at one pass, each under the lock of its case."""
    return sum(_settle(one) for one in Suspension.objects.filter(settled_at=None, ended_at__isnull=False))


def _settle(one: Suspension) -> int:
    rows = list(_left(one).values_list("pk", "case_id")[:AT_ONCE])
    if not rows:
        Suspension.objects.filter(pk=one.pk, settled_at=None).update(settled_at=clock.now())
        return 0
    return _each(rows, lambda row: go_on(case=Case(pk=row[1]), item=row[0], suspension=one, by=None))


def _each(rows: Any, does: Any) -> int:
    done = 0
    for row in rows:
        try:
            does(row)
            done += 1
        except Refusal as refusal:  # somebody holds the case: it is looked after at the next pass
            log.info("suspension waits", code=refusal.code)
    return done


def _left(one: Suspension) -> QuerySet[WorkItem]:
    """Open steps of a suspension whose clocks were not moved on yet."""
    rows = WorkItem.objects.filter(state__in=["open", "claimed"], offered_at__lte=one.ended_at)
    if one.case_id:
        rows = rows.filter(case=one.case_id)
    else:
        rows = rows.filter(case__run__flow=one.flow, **({"step": one.step} if one.step else {}))
    return rows.exclude(Exists(Pause.objects.filter(item=OuterRef("pk"), reason=_mark(one)))).order_by("pk")


def _end(found: Suspension, by: Any, now: datetime) -> Suspension:
    found.ended_at, found.ended_by = now, by
    found.save(update_fields=["ended_at", "ended_by"])
    about = ("case", found.case_id) if found.case_id else ("suspension", found.pk)
    record("suspension.ended", about=about, object=found, payload={"flow": found.flow, "step": found.step})
    if found.case_id:
        for item in _left(found).select_related("case__run", "case__policy"):
            _move_on(item, found, now)
        found.settled_at = now
        found.save(update_fields=["settled_at"])
        _hear(found.case_id, by)
    return found


def _hear(case: int, by: Any) -> None:
    """What was kept moves the case now, in the order of coming."""
    for message in messages.kept(case):
        deliver_message(message=message, by=by)


def _move_on(item: WorkItem, suspension: Suspension, now: datetime) -> None:
    """The step stood still from the order on, or since it was offered later."""
    begin, policy, step = max(local_day(suspension.at), local_day(item.offered_at)), policy_of(item.case), step_of(item)
    assert suspension.ended_at is not None
    end, before = local_day(suspension.ended_at), item.due_on
    Pause.objects.create(item=item, reason=_mark(suspension), starts_on=begin, ends_on=end)
    if step.days_key:
        due = pauses.due_of(item, policy, step.days_key, now=now)
        pauses.set_due(item, due, policy)
        item.save(update_fields=pauses.DUE)
    if step.lapses and item.due_on:
        timers.arm(case=item.case, kind="lapse", key=str(item.pk), due_at=end_of(item.due_on))
    if item.state == "claimed":
        timers.arm(case=item.case, kind=CLAIM, key=str(item.pk), due_at=end_of(due_date(policy, CLAIM, end).on))
    record(
        "pause.counted", about=("case", item.case_id), object=item,
        payload={"step": item.step, "reason": "suspended", "from": begin, "to": end, "before": before, "after": item.due_on},
    )  # fmt: skip


def _ordered(post: Any, reason: str, until: date | None, by: Any, now: datetime, **scope: Any) -> Suspension:
    made = Suspension.objects.create(
        place=post.office.division_code, reason=reason.strip(), by=by, at=now, until=until, **scope
    )
    about = ("case", made.case_id) if made.case_id else ("suspension", made.pk)
    payload = {"flow": made.flow, "step": made.step, "until": until, "reason": commitment_of(made.reason)}
    record("suspension.ordered", about=about, object=made, payload=payload)
    return made


def _checked(reason: str, until: date | None, now: datetime) -> None:
    faults: dict[str, Any] = {}
    if len(reason.strip()) < LEAST:
        faults["reason"] = _("请写明为什么停办，至少 10 个字")
    if until is not None and until < local_day(now):
        faults["until"] = _("停办到的日期不能早于今天")
    if faults:
        raise Invalid(_("停办要写明原因。"), fields=faults)


def _mark(suspension: Suspension) -> str:
    return f"suspension:{suspension.pk}"


def act_as(post: Any) -> None:
    """State in which post the person of the open act acts."""
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
