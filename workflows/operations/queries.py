"""What is suspended, for whom: lists of this room and who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.queries import gives, may, posts_of, require, sees
from cases.errors import Invalid, NotFound
from cases.text import is_key
from workflows import suspended
from workflows.models import Suspension
from workflows.operations.roads import PROVINCE, words_of

PAGE = 30
OPENS = (suspended.CASE, suspended.ROAD, "plan.make", "plan.sign", "inspect")
"""Rights that open this room."""


@dataclass(frozen=True)
class Row:
    """One line of the list of suspensions."""

    held: Suspension
    what: Any
    may_end: bool


def may_open(viewer: Any) -> bool:
    """Whether one of the viewer's posts opens this room."""
    return any(right in OPENS for post in posts_of(viewer) for right in post.role.rights)


def must_open(viewer: Any) -> None:
    """Raises a refusal for whoever has no business here."""
    if not may_open(viewer):
        require(viewer, suspended.CASE, PROVINCE)


def suspensions(viewer: Any, after: str = "") -> tuple[list[Row], str]:
    """停办清单: of cases that the viewer sees and of roads, the latest first; and the cursor of the next page."""
    must_open(viewer)
    rows = Suspension.objects.filter(Q(case=None) | sees(viewer, "case__"))
    if after:
        if not is_key(after):
            raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")})
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("case", "by").order_by("-pk")[: PAGE + 1])
    posts = posts_of(viewer)
    shown = [
        Row(
            held,
            "" if held.case_id else words_of(held.flow, held.step),
            held.ended_at is None and any(gives(post, _right(held), held.place) for post in posts),
        )
        for held in found[:PAGE]
    ]
    return shown, str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def suspension(viewer: Any, pk: int) -> Suspension:
    """One suspension, if the viewer may know of it; NotFound otherwise."""
    found = Suspension.objects.filter(Q(case=None) | sees(viewer, "case__"), pk=pk).select_related("case").first()
    if found is None:
        raise NotFound()
    return found


def may_suspend_road(viewer: Any) -> bool:
    """Whether the viewer may suspend a step or a version of a road."""
    return may(viewer, suspended.ROAD, PROVINCE) is not None


def _right(held: Suspension) -> str:
    return suspended.CASE if held.case_id else suspended.ROAD
