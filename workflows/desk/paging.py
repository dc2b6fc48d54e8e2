"""A list of steps page by page (翻页): from behind one row or before another, in turn or newest first; no COUNT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.text import is_key
from workflows.models import WorkItem
from workflows.pool import behind
from workflows.suspended import is_suspended

PAGE = 30
SHOWN = (
    *(field.attname for field in WorkItem._meta.concrete_fields if field.attname not in ("task_id", "stand_in_id")),
    *(f"case__{name}" for name in ("number", "programme", "state", "masked_name", "handling_code")),
    "case__run__flow", "holder__name",
)  # fmt: skip
"""What the lines of a queue say; a case has many columns more."""


@dataclass(frozen=True)
class Page:
    """One page of a list, with the cursors of its neighbours ("" at an end)."""

    rows: list[WorkItem]
    after: str
    before: str


def paged(*rows: QuerySet[WorkItem], by_done: bool = False, after: str = "", before: str = "") -> Page:
    """Thirty of these rows in turn (or the newest done first), from behind one cursor or before another.

    Several parts are walked each by its own index, and what their beginnings have together is put in order.
    """
    first, second = ("-done_at", "-id") if by_done else ("turn_on", "id")
    backwards = bool(before)
    cursor = _cursor(before or after, by_done)
    if cursor is not None:
        rows = tuple(part.filter(beyond(cursor, newest_first=by_done, backwards=backwards)) for part in rows)
    order = [_turned(field) if backwards else field for field in (first, second)]
    found = _first(rows, order, PAGE + 1)
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_next = bool(found) and (more if not backwards else True)
    has_previous = bool(found) and (more if backwards else cursor is not None)
    return Page(
        found,
        _key(found[-1], by_done) if has_next else "",
        _key(found[0], by_done) if has_previous else "",
    )


def _first(rows: Sequence[QuerySet[WorkItem]], order: list[str], most: int) -> list[WorkItem]:
    begins = [part.order_by(*order)[:most] for part in rows]
    if not begins:
        return []
    if len(begins) == 1:
        found = begins[0]
    else:
        keys = [part.values("pk") for part in begins]
        found = WorkItem.objects.filter(pk__in=keys[0].union(*keys[1:])).order_by(*order)[:most]
    shown = found.select_related("case__run", "holder").only(*SHOWN)
    return list(shown.annotate(stands_still=is_suspended()))


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _key(item: WorkItem, by_done: bool) -> str:
    moment = item.done_at if by_done else item.turn_on
    return f"{moment.isoformat() if moment else ''}_{item.pk}"


def _cursor(words: str, by_done: bool) -> tuple[Any, int] | None:
    if not words:
        return None
    moment, _line, pk = words.rpartition("_")
    try:
        when: Any = (datetime if by_done else date).fromisoformat(moment) if moment else None
        if not is_key(pk) or (by_done and (when is None or when.tzinfo is None)):
            raise ValueError(words)
        return when, int(pk)
    except ValueError as fault:
        raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")}) from fault


def beyond(cursor: tuple[Any, int], *, newest_first: bool, backwards: bool) -> Q:
    when, pk = cursor
    if newest_first:
        side = "gt" if backwards else "lt"
        return Q(**{f"done_at__{side}": when}) | Q(**{"done_at": when, f"id__{side}": pk})
    if not backwards:
        return behind((when, pk))
    if when is None:
        return Q(turn_on=None, id__lt=pk) | Q(turn_on__isnull=False)
    return Q(turn_on__lt=when) | Q(turn_on=when, id__lt=pk)
