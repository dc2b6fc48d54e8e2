"""The pool (待领取): what a person holds and may take, in SQL; the same for lists, counts, the next task and the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import BooleanField, Func, Q, Value

from cases.access.models import Post
from workflows.models import WorkItem

Turn = tuple[date | None, int]
"""轮到: the day on which it is the turn of a step, and its id, which orders those of one day."""


class IsFree(Func):
    """待领取: `relief_may_take` of the database: duties, who goes on with it, suspension. Asked of one row after the other."""

    function = "relief_may_take"
    output_field = BooleanField()

    def __init__(self, person: Any, principal: Any = None) -> None:
        super().__init__("pk", Value(person.pk), Value(principal and principal.pk))


def held_by(person: Any) -> Q:
    """我的: what this person has in hand."""
    return Q(state="claimed", holder=person)


def put_off(today: date) -> Q:
    """已搁置: what its holder looks at again on a later day."""
    return Q(state="claimed", follow_up_on__gt=today)


def may_take(person: Any, posts: Iterable[Post]) -> Q:
    """待领取: open steps of these posts in their areas, without those that duties keep from this person or that
    stand still."""
    reach = Q(pk__in=[])
    for part in parts(person, posts):
        reach |= part
    return reach


def parts(person: Any, posts: Iterable[Post]) -> list[Q]:
    """待领取 post by post: of each the index gives the next ones in turn, and only those are asked about the duties.

    In a post that he stands in for (替岗) the duties of its holder count as well.
    """
    is_open = Q(state="open", kind="human")
    return [is_open & of_post(post) & Q(IsFree(person, post.user if post.stand_in else None)) for post in posts]


def of_post(post: Post) -> Q:
    """岗位的办件: the steps that a post reaches, open or not; the same as `reaches` asks of one."""
    found = Q(role=post.role_id, division_code__startswith=post.office.division_code)
    lent = post.stand_in
    if lent is None:
        return found
    found &= Q(case__handling_code__startswith=lent.area)
    if lent.programme:
        found &= Q(case__programme=lent.programme)
    if lent.amount_cap is not None:
        found &= Q(case__award=None) | Q(case__award__lte=lent.amount_cap)
    return found


def reaches(post: Post, item: WorkItem) -> bool:
    """Whether a post reaches this step: role, area, and in a stand-in its place, programme and amount."""
    is_of_post = post.role_id == item.role and item.division_code.startswith(post.office.division_code)
    return is_of_post and (post.stand_in is None or post.stand_in.reaches(item.case))


def behind(turn: Turn) -> Q:
    """排在后面: what comes after this turn; what has no due date comes last of all."""
    day, pk = turn
    if day is None:
        return Q(turn_on=None, id__gt=pk)
    return Q(turn_on__gt=day) | Q(turn_on=day, id__gt=pk) | Q(turn_on=None)


def up_to(turn: Turn) -> Q:
    """排到为止: this turn and what comes before it; the day stands by itself, so that the index ends its walk there."""
    day, pk = turn
    if day is None:
        return Q(turn_on__isnull=False) | Q(id__lte=pk)
    return Q(turn_on__lte=day) & (Q(turn_on__lt=day) | Q(id__lte=pk))
