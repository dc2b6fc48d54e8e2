"""The line of those who wait for money as people see it, page by page, and who of it comes before a new agreement (轮候)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.access.queries import visible_cases
from cases.dossier.models import Case
from cases.dossier.waiting import InLine, before, line
from cases.duplicates.hits import undecided_of
from cases.paging import Page, behind
from cases.programme import programmes


@dataclass(frozen=True)
class Shown:
    """轮候名单 of one programme as far as the viewer's posts go: a page of it, and how many hits hold which case up."""

    slug: str
    name: Any
    page: Page[InLine]
    held: Mapping[int, int]


def seen_of(viewer: Any) -> list[tuple[Any, list[InLine]]]:
    """轮候名单 of each programme as far as the viewer's posts go: the place is that in the whole line."""
    seen = set(visible_cases(viewer).filter(state="WAITLIST").values_list("pk", flat=True))
    lines = ((card, [one for one in line(card.slug) if one.case.pk in seen]) for card in programmes())
    return [(card, rows) for card, rows in lines if rows]


def lines_for(viewer: Any, *, programme: str = "", after: str = "") -> list[Shown]:
    """The same page by page: the first of each programme, or the one behind `after` of one."""
    found = []
    for card, rows in seen_of(viewer):
        if programme in ("", card.slug):
            page = behind(rows, after if programme else "", lambda one: one.key)
            hits = undecided_of([one.case for one in page.rows])
            found.append(Shown(card.slug, card.name, page, {pk: len(rows) for pk, rows in hits.items()}))
    return [shown for shown in found if shown.page.rows]


def first_in_line(case: Case) -> list[tuple[Case, Decimal]]:
    """先于这一件的: who waits before this case and is not held up by a hit of the duplicate check, each with his award."""
    waiting = before(case) or []
    held = undecided_of(waiting)
    return [(one, one.award or Decimal(0)) for one in waiting if not held[one.pk]]
