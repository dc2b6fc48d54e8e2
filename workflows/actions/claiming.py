"""Who holds a step (领取): claim, the next one, give back, take over from a colleague, and what comes back by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.queries import work_posts
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, current, record
from workflows import holding, loads, pool
from workflows.actions.common import (
    holder_of,
    locked,
    may_act,
    must_be_open,
    must_be_unchanged,
    posts_for,
    what_happened,
)
from workflows.engine import timers
from workflows.models import Handover, WorkItem


@action("task.claim")
def claim(*, item: WorkItem | int, row_version: int | None = None, by: Any, now: datetime | None = None) -> WorkItem:
    """领取: take an open task; the second of two people who try at once is told who was first."""
    found = locked(item)
    post = may_act(found, by)
    if found.state == "claimed" and found.holder_id == by.pk:
        return found
    must_be_open(found, row_version)
    loads.must_have_room(by, post)
    assert now is not None
    take(found, by, post, now)
    return found


def take(item: WorkItem, by: Any, post: Any, now: datetime) -> None:
    """The step is now this person's, in this post."""
    act_as(post)
    holding.give(item, by, "claimed", now=now, stand_in=post.stand_in)


def act_as(post: Any) -> None:
    """State in which post the person of the open act acts, and for whom when he stands in."""
    act = current()
    if act is not None:
        act.on_behalf_of = post.user if post.stand_in else None
        act.as_(role=post.role_id, office=post.office.name)


@action("task.claim_next", about="none")
def claim_next(
    *, by: Any, parts: Sequence[QuerySet[WorkItem]] | None = None, now: datetime | None = None
) -> WorkItem | None:
    """领取下一件: the first that I may take, the one whose turn it is, or of a queue with its filters, given in its parts.

    In a queue something that I hold already counts too. A case that somebody is working on is passed over. Raises Full
    when there is something and my hands are full.
    """
    posts = work_posts(by)
    if not posts:
        raise NotFound()
    rows = [WorkItem.objects.filter(part) for part in pool.parts(by, posts)] if parts is None else list(parts)
    full: loads.Full | None = None
    tried: list[int] = []
    while (found := _whose_turn(rows, tried)) is not None:
        try:
            return claim(item=found, by=by)
        except Stale:  # taken between the look and the lock
            tried.append(found)
        except loads.Full as fault:
            full = fault
            rows = [part for part in rows if not part.filter(pk=found).exists()]
    if full is not None:
        raise full
    return None


def _whose_turn(rows: Sequence[QuerySet[WorkItem]], tried: list[int]) -> int | None:
    """The first of all these parts whose case nobody is working on, with its case locked.

    Each part is walked by its index, and no further than to where another one goes on: past a head that somebody has in
    hand the turn may be another part's.
    """
    if len(rows) == 1:
        return _free(rows[0], tried)
    heads = [head for part in rows if (head := _head(part, tried)) is not None]
    while heads:
        heads.sort(key=lambda head: (head.turn[0] or date.max, head.turn[1]))
        part, others = heads[0].part, heads[1:]
        upto = others[0].turn if others else None
        found = _free(part if upto is None else part.filter(pool.up_to(upto)), tried)
        if found is not None:
            return found
        further = None if upto is None else _head(part.filter(pool.behind(upto)), tried)
        heads = others if further is None else [*others, further]
    return None


class _Head(NamedTuple):
    """Where a part of a queue goes on: whoever has this one in hand."""

    turn: pool.Turn
    part: QuerySet[WorkItem]


def _head(part: QuerySet[WorkItem], tried: list[int]) -> _Head | None:
    turn = part.exclude(pk__in=tried).order_by("turn_on", "id").values_list("turn_on", "pk").first()
    return None if turn is None else _Head(turn, part)


def _free(part: QuerySet[WorkItem], tried: list[int]) -> int | None:
    """The first of a part whose case nobody has in hand, with its case locked."""
    rows = part.order_by("turn_on", "id").select_related("case").only("pk", "case__id")
    rows = rows.select_for_update(skip_locked=True, no_key=True, of=("case",))
    while (found := rows.exclude(pk__in=tried).first()) is not None:
        if part.filter(pk=found.pk).exists():
            return int(found.pk)
        tried.append(found.pk)  # taken between the look and the lock, perhaps by me in another window
    return None


@action("task.release")
def release(
    *, item: WorkItem | int, reason: str, row_version: int | None = None, by: Any, now: datetime | None = None
) -> WorkItem:
    """释放: give a task back to the pool, with a reason that is kept; what was typed stays as a draft."""
    assert now is not None
    found = locked(item)
    if found.state != "claimed" or found.holder_id != by.pk:
        raise Refusal(_("这件不在您手里。"), code="not_holder", who_may=holder_of(found))
    must_be_unchanged(found, row_version)
    if not reason.strip():
        raise Invalid(_("请写明为什么退回待领取。"), fields={"reason": _("请写明原因")})
    for post in posts_for(found, by)[:1]:  # who may not do it any more may still give it back
        act_as(post)
    holding.back_to_pool(found, "released", now=now, reason=reason)
    return found


@action("task.put_off")
def put_off(
    *, item: WorkItem | int, until: date, reason: str, row_version: int | None = None, by: Any,
    now: datetime | None = None,
) -> WorkItem:  # fmt: skip
    """搁置: the holder looks at it again on a day, at the latest on its due date, with a reason. The deadline goes on.

    It comes back on that day by itself, or sooner when something happens to the case.
    """
    assert now is not None
    found = locked(item)
    act_as(may_act(found, by))
    if found.state != "claimed" or found.holder_id != by.pk:
        raise Refusal(_("这件不在您手里。"), code="not_holder", who_may=holder_of(found))
    must_be_unchanged(found, row_version)
    faults: dict[str, Any] = {}
    if until <= local_day(now):
        faults["until"] = _("请填今天以后的日期")
    elif found.due_on is not None and until > found.due_on:
        faults["until"] = _("不能晚于办理时限 %(day)s") % {"day": found.due_on.isoformat()}
    if not reason.strip():
        faults["reason"] = _("请写明原因")
    if faults:
        raise Invalid(_("搁置要写日期和原因。"), fields=faults)
    holding.put_off(found, until, now=now, reason=reason)
    return found


@action("task.take_over")
def take_over(
    *, item: WorkItem | int, reason: str, row_version: int | None = None, by: Any, now: datetime | None = None
) -> WorkItem:
    """接手: take a task that a colleague holds, with a reason; the colleague is told at the desk, his draft stays his."""
    assert now is not None
    found = locked(item)
    post = may_act(found, by)
    if found.state != "claimed":
        raise Stale(what_happened(found))
    if found.holder_id == by.pk:
        return found
    must_be_unchanged(found, row_version)
    loads.must_have_room(by, post)
    if not reason.strip():
        raise Invalid(_("请写明为什么接手，同事会看到。"), fields={"reason": _("请写明为什么接手")})
    act_as(post)
    holding.give(found, by, "taken_over", now=now, reason=reason, stand_in=post.stand_in)
    return found


@action("task.claim_expired")
def claim_expired(*, case: Case, item: WorkItem | int, by: Any, now: datetime | None = None) -> None:
    """领取到时: a claim that was not decided in its time goes back to the pool; the holder is told. The clock does it."""
    assert now is not None
    found = locked(item)
    is_over = timers.is_due(case=found.case, kind=holding.CLAIM, key=str(found.pk), now=now)
    if found.state == "claimed" and is_over:
        holding.back_to_pool(found, "expired", now=now)


@action("task.handover_seen", about="none")
def seen(*, handovers: list[int], by: Any, now: datetime | None = None) -> int:
    """知道了: the person who lost these steps has read who has them now; answers how many were new to him."""
    new = Handover.objects.select_for_update().filter(pk__in=handovers, from_person=by, seen_at=None).order_by("pk")
    found = [handover.pk for handover in new]
    if found:
        Handover.objects.filter(pk__in=found).update(seen_at=now)
        record("task.handover_seen", about=("account", by.pk), payload={"handovers": found})
    return len(found)
