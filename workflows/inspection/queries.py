"""What an inspector sees (监督检查): cases by number, state, place or date; all that happened to one of them is in `timeline`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from cases.access.queries import get_case, may, posts_of, require, visible_cases
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import StreamHead
from cases.history.record import record_access
from cases.text import is_key

PAGE = 30
INSPECT = "inspect"


def require_inspection(viewer: Any) -> None:
    """Only who inspects opens these pages; everybody else is told who may, outsiders find nothing."""
    posts = posts_of(viewer)
    if any("inspect" in post.role.rights for post in posts):
        return
    if not posts:
        raise NotFound()
    require(viewer, "inspect", posts[0].office.division_code)


@dataclass(frozen=True)
class CasePage:
    """One page of found cases with the cursors of its neighbours."""

    rows: list[Case]
    after: str
    before: str


def search(viewer: Any, asked: Q, *, after: str = "", before: str = "") -> CasePage:
    """查案卷 by a condition (`search.facts`, `search.private`): newest first, keyset by id, no COUNT."""
    require_inspection(viewer)
    rows = visible_cases(viewer).exclude(number=None).filter(asked)
    backwards = bool(before)
    cursor = before or after
    if cursor:
        if not is_key(cursor):
            raise NotFound()
        rows = rows.filter(pk__gt=int(cursor)) if backwards else rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("pk" if backwards else "-pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    if not found:
        return CasePage([], "", "")
    return CasePage(found, str(found[-1].pk) if has_next else "", str(found[0].pk) if has_previous else "")


def get_inspected(viewer: Any, number: str) -> Case:
    """A case for inspection; that the inspector reads its history is recorded."""
    require_inspection(viewer)
    case = get_case(viewer, number)
    post = may(viewer, "inspect", case.handling_code)
    record_access(
        "read", object=case, fields=["history"], by=viewer, case_id=case.pk, purpose=gettext_lazy("监督检查"),
        role=post.role_id if post else "", office=post.office.name if post else "",
    )  # fmt: skip
    return case


def head_of(case: Case) -> StreamHead | None:
    """The last number and hash of the case's chain."""
    return StreamHead.objects.filter(stream__kind="case", stream__key=str(case.pk)).first()
