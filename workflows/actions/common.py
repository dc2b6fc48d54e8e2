"""What every act on a step asks first: the case locked, a post that may do it, no bar, nobody faster."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import is_known, require, who_may, work_posts
from cases.calendar.rules import ZONE
from cases.errors import NotFound, Refusal, Stale
from cases.fixed import Fixed, Slot
from cases.history import unit
from workflows import asked, barring, offers, suspended
from workflows.engine import timers, tokens
from workflows.flow import road_of, step_of
from workflows.models import Decision, Handover, RunTask, WorkItem
from workflows.pool import reaches
from workflows.reading import looks_of

LEAD = "work.assign"
"""The right of a head: to say who does a step of his area, and which is urgent."""
LOCK = "SELECT 1 FROM cases_case WHERE id = (SELECT case_id FROM workflows_workitem WHERE id = %s) FOR NO KEY UPDATE"


MOVES = (RunTask, WorkItem, Decision)
"""Of what a move makes new rows."""


def _under_lock() -> QuerySet[WorkItem]:
    rows = WorkItem.objects.select_for_update(no_key=True, of=("self",)).select_related("case__run", "holder")
    return rows.annotate(**barring.PAST, **suspended.STANDS_STILL, **asked.IS_AWAITED).filter(
        pk=Slot("item", BigIntegerField())
    )


def _to_be_moved() -> QuerySet[WorkItem]:
    keys = RawSQL(unit.keys_sql(*MOVES), [], ArrayField(ArrayField(BigIntegerField())))
    return _under_lock().annotate(keys=keys, **looks_of(Slot("by", BigIntegerField())))


_UNDER_LOCK, _TO_BE_MOVED = Fixed(_under_lock), Fixed(_to_be_moved)


def locked(item: WorkItem | int, *, moved_by: Any = None) -> WorkItem:
    """Lock the case of an item, then the item; both stay in the hands of the open act.

    For somebody who is about to move the case with it: with keys for the new rows, and what he read of the file.
    """
    pk = item.pk if isinstance(item, WorkItem) else item
    # a statement of its own, ahead of the other in one round trip: what that one reads is as it is under the lock
    unit.send(LOCK, [pk])
    found = _TO_BE_MOVED.first(item=pk, by=moved_by.pk) if moved_by is not None else _UNDER_LOCK.first(item=pk)
    if found is None:
        raise NotFound()
    if moved_by is not None:
        unit.draw(found.keys, *MOVES)  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(case=found.case_id, number=found.case.number or "")
    offers.hold(found.case, locked=True)
    barring.know(found)
    return found


def may_act(item: WorkItem, by: Any) -> Any:
    """The post in which this person may do the step, his own before one he stands in for (替岗).

    NotFound outside his area, else a refusal that names who may; Suspended while the case, the step or the road stands
    still, RoadGone when the code has lost its road.
    """
    fitting = posts_for(item, by)
    if not fitting:
        raise not_yours(item, by)
    bars = []
    for post in fitting:
        bar = barring.bar_of(item, *people_of(post, by))
        if bar is None:
            suspended.must_go_on(item)
            road_of(item.case)
            return post
        bars.append(bar)
    raise Refusal(bars[0].reason, code="duties", who_may=who_may(item.role, item.division_code))


def not_yours(item: WorkItem, by: Any) -> Refusal:
    """Why somebody without a post for the step gets nothing of it: NotFound where he may not know the case."""
    if not is_known(by, item.case_id):
        return NotFound()
    return Refusal(_("这一步不归您办理。"), code="not_my_step", who_may=who_may(item.role, item.division_code))


def must_lead(item: WorkItem, by: Any) -> Any:
    """The post in which this person leads whoever does the step (负责人): NotFound or a refusal that names who may.

    A case that is his own matter, or of which he keeps out, is led by others.
    """
    if not is_known(by, item.case_id):
        raise NotFound()
    post = require(by, LEAD, item.division_code)
    barring.must_be_no_party(by, item.case)
    return post


def posts_for(item: WorkItem, by: Any) -> list[Any]:
    """The posts of this person, own and lent, whose role and area the step asks for."""
    return [post for post in work_posts(by) if reaches(post, item)]


def people_of(post: Any, by: Any) -> tuple[int, ...]:
    """Whom the duties count when somebody acts in a post: himself, and in a stand-in its holder too."""
    return (by.pk,) if post.stand_in is None else (by.pk, post.user_id)


def must_be_open(item: WorkItem, row_version: int | None) -> None:
    """Raises Stale that says who was faster and when."""
    if item.state != "open" or item.kind != "human":
        raise Stale(what_happened(item))
    must_be_unchanged(item, row_version)


def must_be_unchanged(item: WorkItem, row_version: int | None) -> None:
    """Raises Stale when the row moved on since the page was opened (F23)."""
    if row_version is not None and row_version != item.row_version:
        raise Stale(what_happened(item))


def what_happened(item: WorkItem) -> Any:
    """谁在什么时候办的: the sentence for somebody who comes too late; what he typed is in his draft."""
    kept = _("您填写的内容已替您留在草稿里。")
    made = Decision.objects.filter(item=item).select_related("actor", "on_behalf_of").first()
    if made is not None:
        who, when, did = made.signed, made.at, _("{who}在 {when} 已经办结这一步。")
    elif item.state == "claimed" and item.holder is not None and item.claimed_at is not None:
        who, when, did = item.holder.name, item.claimed_at, _("{who}在 {when} 领取了这一步，正在办理。")
    else:
        last = Handover.objects.filter(item=item).select_related("from_person").order_by("-pk").first()
        if item.state == "cancelled" or last is None or last.from_person is None:
            return format_lazy("{what}{kept}", what=_("这件已经往下走了，这一步现在办不了。"), kept=kept)
        who, when, did = last.from_person.name, last.at, _("{who}在 {when} 把这一步退回了待领取。")
    moment = f"{when.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return format_lazy("{did}{kept}", did=format_lazy(did, who=who, when=moment), kept=kept)


def holder_of(item: WorkItem) -> str:
    """Who has the step, or who may take it."""
    return str(item.holder.name) if item.holder_id and item.holder else who_may(item.role, item.division_code)


def finish(item: WorkItem, now: datetime) -> None:
    """The step is done: nothing of it fires any more."""
    timers.disarm(case=item.case, now=now, key=str(item.pk))
    item.state, item.done_at = "done", now
    item.row_version += 1
    unit.update(item, ["state", "done_at", "row_version"])


def leave(item: WorkItem, *, by: Any, exit_name: str, to: str = "") -> None:
    """The case goes on through this exit; seats that are still empty are not needed any more."""
    if step_of(item).of > 1:
        for other in WorkItem.objects.filter(task=item.task_id, state__in=["open", "claimed"]).exclude(pk=item.pk):
            other.case = item.case
            offers.take_back(other)
    flow_class = road_of(item.case)
    process = item.case.run.process_id
    with flow_class.lock(process), tokens.held(process) as live:
        task = live[item.task_id]
        task.flow_task.activation_class(task).leave(by=by, exit_name=exit_name, to=to)
