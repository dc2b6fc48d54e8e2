"""A case is opened at a desk (打开案卷): by which post, whole or veiled, and at which of its open steps."""

from __future__ import annotations

from typing import Any

from cases.access.models import Post
from cases.access.queries import acting_post, get_case, require, veiled_cases, visible_cases
from cases.dossier.models import Case
from workflows.actions.common import people_of, posts_for
from workflows.barring import bar_of
from workflows.desk.casefile.queries import File
from workflows.desk.queries import may_take
from workflows.flow import step_of
from workflows.models import WorkItem


def open_file(viewer: Any, number: str) -> File:
    """Open a case at the desk, whole or veiled. NotFound outside the viewer's area; an applicant's page is another one."""
    behind = veiled_cases(viewer).filter(number=number).first()
    if behind is None or visible_cases(viewer).filter(pk=behind.pk).exists():
        return open_whole(viewer, number)
    return _opened(behind, viewer, require(viewer, "expert.opinion", behind.handling_code), veiled=True)


def open_whole(viewer: Any, number: str) -> File:
    """Open the file itself, for what is never done through the veil."""
    case = get_case(viewer, number)
    post = acting_post(viewer, case.handling_code) or require(viewer, "case.read", case.handling_code)
    return _opened(case, viewer, post)


def _opened(case: Case, viewer: Any, post: Post, *, veiled: bool = False) -> File:
    found = File(case, viewer, post, veiled=veiled)
    live = list(
        WorkItem.objects.filter(case=case, state__in=["open", "claimed"])
        .select_related("holder", "stand_in__post__user")
        .order_by("kind", "id")
    )
    for item in live:
        item.case = case
    found.item = _of_mine(live, viewer)
    if found.item is not None:
        found.step = step_of(found.item)
    return found


def _of_mine(live: list[WorkItem], viewer: Any) -> WorkItem | None:
    """Of the steps open side by side: the one that I hold, else one that I may take, else the first."""
    mine = [item for item in live if item.state == "claimed" and item.holder_id == viewer.pk]
    if len(live) > 1 and not mine:
        mine = [item for item in live if item.state == "open" and may_take(viewer, item) and _is_free(item, viewer)]
    return next(iter(mine or live), None)


def _is_free(item: WorkItem, viewer: Any) -> bool:
    return any(bar_of(item, *people_of(post, viewer)) is None for post in posts_for(item, viewer))


def item_of(found: File, pk: int | None) -> WorkItem | None:
    """The work that a form of this page speaks about, if it is this case's."""
    return WorkItem.objects.filter(pk=pk or 0, case=found.case).first()
