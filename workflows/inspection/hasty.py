"""Decisions taken too quickly for somebody who has read (办得太快), for the inspector: newest first, each with its case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.access.queries import sees
from cases.errors import NotFound
from cases.text import is_key
from workflows.inspection.queries import PAGE, require_inspection
from workflows.models import Decision


@dataclass(frozen=True)
class HastyPage:
    """One page of such decisions with the cursor of the next."""

    rows: list[Decision]
    after: str


def hasty(viewer: Any, *, after: str = "") -> HastyPage:
    """办得太快 in the viewer's area; keyset by id over a partial index, no COUNT."""
    require_inspection(viewer)
    rows = Decision.objects.filter(sees(viewer, "case__"), is_hasty=True)
    if after:
        if not is_key(after):
            raise NotFound()
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("case__run", "actor", "on_behalf_of", "office").order_by("-pk")[: PAGE + 1])
    return HastyPage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")
