"""What giving out these steps would do (预览), line by line, before anything changes hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cases.access.queries import sees
from cases.errors import Refusal
from workflows import loads
from workflows.actions import must_fit
from workflows.flow import step_of
from workflows.models import WorkItem


@dataclass(frozen=True)
class Foreseen:
    """One step, who would get it, or why nobody does."""

    item: WorkItem
    title: Any
    to: Any = None
    why: str = ""

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


def _to(item: WorkItem, kind: str, person: Any, given: Counter[int]) -> Any:
    if kind == "assign":
        must_fit(item, person)
        return person
    post = loads.next_of(item, loads.pool_of(item), given) if item.state == "open" else None
    return post.user if post else None
