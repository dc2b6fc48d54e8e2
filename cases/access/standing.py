"""Who stands in for whom (替岗): what a viewer sees of it, and what he may give."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from cases.access.models import Post, StandIn, User
from cases.access.queries import GRANT, STEPS, current_posts, posts_of
from cases.regions.queries import Groups, grouped

MOST = 100


def stand_ins_of(viewer: Any) -> list[StandIn]:
    """替岗记录: those that I gave away or took over, and for a head those of his area; newest first, at most a hundred."""
    rows = StandIn.objects.filter(_mine(viewer)).select_related("post__role", "post__office", "post__user", "delegate")
    return list(rows.order_by("-pk")[:MOST])


def may_see_stand_in(viewer: Any, row: StandIn) -> bool:
    """Whether somebody may know of this stand-in: both of its people, and the head of the area."""
    return StandIn.objects.filter(_mine(viewer), pk=row.pk).exists()


def _mine(viewer: Any) -> Q:
    seen = Q(delegate=viewer) | Q(post__user=viewer)
    for area in _areas(viewer):
        seen |= Q(post__office__division_code__startswith=area)
    return seen


def _areas(viewer: Any) -> list[str]:
    return [post.office.division_code for post in posts_of(viewer) if GRANT in post.role.rights]


def lendable_posts(viewer: Any) -> QuerySet[Post]:
    """可以委托的岗位: my own, and for a head those of his area, of roles whose steps another may do."""
    mine = Q(user=viewer)
    for area in _areas(viewer):
        mine |= Q(office__division_code__startswith=area)
    return current_posts().filter(mine, role__rights__contains=[STEPS]).select_related("user").order_by(
        "office__division_code", "role", "pk"
    )  # fmt: skip


def delegates(viewer: Any) -> QuerySet[User]:
    """可以替岗的同事: who does steps in the offices of these posts or above; whether he fits is asked when it is given."""
    codes = set(lendable_posts(viewer).values_list("office__division_code", flat=True))
    above = {code[:length] for code in codes for length in (2, 4, 6, 9, 12) if len(code) >= length}
    holders = current_posts().filter(office__division_code__in=above, role__rights__contains=[STEPS])
    return User.objects.filter(pk__in=holders.values("user")).exclude(pk=viewer.pk).order_by("username")


def lendable_areas(viewer: Any) -> Groups:
    """可以限定的地区: the places inside these posts' areas, by name; as many questions for a county as for the province."""
    areas = set(lendable_posts(viewer).values_list("office__division_code", flat=True))
    return grouped(areas, english=(get_language() or "").startswith("en"))
