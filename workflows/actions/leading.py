"""What a head of an office does with the work of his people (负责人): says what is urgent, and who does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import may_administer, who_may
from cases.calendar.queries import calendar
from cases.calendar.rules import local_day, workdays_between
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, record
from cases.policy.queries import policy_of
from cases.sealed import commitment_of
from workflows import barring, holding, loads, offers, turns
from workflows.actions.claiming import act_as
from workflows.actions.common import (
    locked,
    must_be_open,
    must_be_unchanged,
    must_lead,
    people_of,
    posts_for,
    what_happened,
)
from workflows.flow import step_of
from workflows.models import WorkItem


@action("task.priority")
def set_priority(
    *,
    item: WorkItem | int,
    days: int,
    reason: str,
    row_version: int | None = None,
    by: Any,
    now: datetime | None = None,
) -> WorkItem:
    """改优先: a head brings a step of his area forward by so many days, or takes its priority away (0), with a reason.

    How much of it counts is capped by how long the queue waits (`workflows.rules.priority`).
    """
    assert now is not None
    found = locked(item)
    act_as(must_lead(found, by))
    must_be_live(found, row_version)
    policy = policy_of(found.case)
    most = policy.days("head_start")
    faults: dict[str, Any] = {} if 0 <= days <= most else {"days": _("请填 0 到 %(most)s 天") % {"most": most}}
    if not reason.strip():
        faults["reason"] = _("请写明原因")
    if faults:
        raise Invalid(_("改优先要写天数和原因。"), fields=faults)
    before, found.priority = found.priority, days
    found.priority_for = [[turns.HEAD, "", ""]] if days else []
    turns.put_forward(found, policy)
    found.row_version += 1
    found.save(update_fields=[*turns.FIELDS, "row_version"])
    holding.note(found, "ranked", None, None, now, reason)
    record(
        "task.priority", about=("case", found.case_id), object=found,
        payload={"step": found.step, "before": before, "after": days, "reason": commitment_of(reason.strip())},
    )  # fmt: skip
    return found


@action("task.assign")
def reassign(
    *, item: WorkItem | int, to: Any, reason: str, row_version: int | None = None, by: Any, now: datetime | None = None
) -> WorkItem:
    """改派: a head gives a step of his area to a named person, open or in somebody's hands, with a reason.

    The duties are asked again for the new person, and his office's limit; whoever loses the step is told.
    """
    assert now is not None
    found = locked(item)
    act_as(must_lead(found, by))
    must_be_live(found, row_version)
    if not reason.strip():
        raise Invalid(_("请写明为什么改派，同事会看到。"), fields={"reason": _("请写明原因")})
    if to is None:
        raise Invalid(_("没有这位同事。"), fields={"to": _("请填本辖区同事的登录名")})
    post = must_fit(found, to)
    loads.must_have_room(to, post)
    holding.give(found, to, "assigned", now=now, reason=reason, stand_in=post.stand_in)
    return found


def must_fit(item: WorkItem, to: Any) -> Any:
    """The post in which somebody else would do the step. Raises a refusal that says why he may not, and who may."""
    if item.state == "claimed" and item.holder_id == to.pk:
        raise Invalid(format_lazy(_("这一件已经在{who}手里。"), who=to.name), fields={"to": _("请选另一位同事")})
    posts = posts_for(item, to)
    if not posts:
        words = format_lazy(_("{who}没有办这一步的岗位。"), who=to.name)
        raise Refusal(words, code="no_post", who_may=who_may(item.role, item.division_code))
    free = next((post for post in posts if barring.bar_of(item, *people_of(post, to)) is None), None)
    if free is None:
        words = format_lazy(_("{who}要回避，或办过相邻的环节，不能办这一件。"), who=to.name)
        raise Refusal(words, code="duties", who_may=who_may(item.role, item.division_code))
    return free


@action("task.allocate")
def allocate(*, item: WorkItem | int, row_version: int | None = None, by: Any, now: datetime | None = None) -> WorkItem:
    """分派: an open step goes to whoever of its pool has the least in hand; the barred and the full are passed over."""
    assert now is not None
    found = locked(item)
    act_as(must_lead(found, by))
    must_be_open(found, row_version)
    chosen = loads.with_room(found, loads.pool_of(found))
    if chosen is None:
        words = _("在岗的人都要回避，或手里已满，这一件分派不出去。")
        raise Refusal(words, code="nobody", who_may=who_may(found.role, found.division_code))
    holding.give(found, chosen.user, "allocated", now=now)
    return found


@action("task.hand_on")
def hand_on(*, item: WorkItem | int, leaver: Any, reason: str, by: Any, now: datetime | None = None) -> WorkItem:
    """离岗转出: a step of somebody who left goes to a colleague of the same office and role, the one with the least in hand.

    With nobody who has room it is open again; with nobody at all it goes to the office above (委托代审), where one is.
    """
    assert now is not None
    if not may_administer(by, "admin.posts"):
        raise NotFound()
    found = locked(item)
    must_be_live(found, None)
    lent_by = found.stand_in.post.user_id if found.stand_in else None
    if found.state == "claimed" and leaver.pk not in (found.holder_id, lent_by):
        raise Stale(what_happened(found))
    pool = loads.pool_of(found)
    chosen = loads.with_room(found, pool)
    if found.state == "claimed" and chosen is not None:
        holding.give(found, chosen.user, "left", now=now, reason=reason)
    elif found.state == "claimed":
        holding.back_to_pool(found, "left", now=now, reason=reason)
    if not pool:
        offers.place_again(found)
    return found


@action("task.escalate")
def escalate(*, item: WorkItem | int, by: Any, now: datetime | None = None) -> bool:
    """超期上报: overdue by the policy's `days.escalation` workdays, the step stands on its head's list; once. The clock does it."""
    assert now is not None
    found = locked(item)
    is_over = not step_of(found).escalates or found.state not in ("open", "claimed") or found.escalated_at is not None
    if is_over or found.due_on is None or found.pauses.filter(ends_on=None).exists():
        return False
    late = workdays_between(found.due_on, local_day(now), calendar())
    if late < policy_of(found.case).days("escalation"):
        return False
    found.escalated_at = now
    found.row_version += 1
    found.save(update_fields=["escalated_at", "row_version"])
    if found.holder is not None:
        holding.note(found, "escalated", found.holder, found.holder, now, "")
    payload = {"step": found.step, "due_on": found.due_on, "late": late}
    record("task.escalated", about=("case", found.case_id), object=found, payload=payload)
    return True


@action("task.near")
def judge_again(*, item: WorkItem | int, by: Any, now: datetime | None = None) -> bool:
    """快到期重排: the warning days of a step have begun, so what the policy finds urgent in it is asked once more.

    What a head said of its priority stays. The clock does it; answers whether there was anything to ask.
    """
    assert now is not None
    found = locked(item)
    is_live = found.kind == "human" and found.state in ("open", "claimed")
    if not is_live or found.near_seen_at is not None or not found.is_near(local_day(now)):
        return False
    before, found.near_seen_at = found.priority, now
    if not found.handovers.filter(kind="ranked").exists():
        turns.weigh(found, policy_of(found.case), veiled=step_of(found).veiled, now=now)
    found.row_version += found.priority != before
    found.save(update_fields=["near_seen_at", "row_version", *turns.FIELDS])
    payload = {"step": found.step, "due_on": found.due_on, "before": before, "after": found.priority}
    record("task.near", about=("case", found.case_id), object=found, payload=payload)
    return True


def must_be_live(item: WorkItem, row_version: int | None) -> None:
    """Raises Stale for a step that is done, or moved on since the page was opened."""
    if item.kind != "human" or item.state not in ("open", "claimed"):
        raise Stale(what_happened(item))
    must_be_unchanged(item, row_version)
