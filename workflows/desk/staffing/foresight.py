"""What giving out these steps would do (预览), line by line, before anything changes hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.access.queries import posts_of, sees
from cases.errors import Refusal
from workflows import loads
from workflows.actions import must_fit
from workflows.desk.staffing.queries import left_over, number_for
from workflows.flow import step_of
from workflows.models import WorkItem

MOST = 100


@dataclass(frozen=True)
class Foreseen:
    """One step, who would get it, or why nobody does; `number` of its case only for who may read that."""

    item: WorkItem
    title: Any
    to: Any = None
    why: str = ""
    number: str = ""

    @property
    def key(self) -> str:
        """The step and the version in which it was looked at."""
        return f"{self.item.pk}:{self.item.row_version}"


def of(viewer: Any, *, kind: str, items: Iterable[tuple[int, int]], person: Any, reason: str) -> list[Foreseen]:
    """The lines in the order of the queue; only steps of cases that the viewer may read."""
    rows = WorkItem.objects.filter(sees(viewer, "case__"), pk__in=[pk for pk, _version in items])
    given: Counter[int] = Counter()
    found = []
    for item in rows.select_related("case__run", "holder").order_by("turn_on", "id"):
        title = step_of(item).title
        try:
            to = _to(item, kind, person, given)
        except Refusal as refusal:
            found.append(Foreseen(item, title, why=str(refusal)))
            continue
        given[to.pk if to else 0] += 1
        found.append(Foreseen(item, title, to))
    return found


def of_leaving(viewer: Any, person: Any) -> list[Foreseen]:
    """离岗预览: every step of this person and of what only he could take, with who would get it now."""
    areas = [(post.role_id, post.office.division_code) for post in posts_of(person)]
    keys = [pk for pk, _version in left_over(person, areas)]
    given: Counter[int] = Counter()
    found = []
    rows = WorkItem.objects.filter(pk__in=keys).annotate(case_number=number_for(viewer, "case__"))
    for item in rows.select_related("case__run").order_by("turn_on", "id")[:MOST]:
        others = [post for post in loads.pool_of(item) if post.user_id != person.pk]
        post = loads.next_of(item, others, given) if item.state == "claimed" else None
        given[post.user_id if post else 0] += 1
        why = "" if post else str(_("退回待领取") if others else _("委托上级代审，没有上级的会列出"))
        found.append(Foreseen(item, step_of(item).title, post.user if post else None, why, item.case_number))
    return found


def _to(item: WorkItem, kind: str, person: Any, given: Counter[int]) -> Any:
    if kind == "assign":
        must_fit(item, person)
        return person
    post = loads.next_of(item, loads.pool_of(item), given) if item.state == "open" else None
    return post.user if post else None
