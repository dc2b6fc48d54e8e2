"""Pages of a list by key (逐页): a page begins behind the last row of the one before, so that no row is met twice or left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from cases.text import is_key

PAGE = 30
T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list by key: `after` is the cursor of the next page, "" at the end."""

    rows: list[T]
    after: str = ""


def newest_first(rows: QuerySet[M, Any], after: str) -> Page[M]:
    """The page behind the row with that primary key, the newest rows first; a cursor that is none begins at the top."""
    return _page((rows.filter(pk__lt=int(after)) if is_key(after) else rows).order_by("-pk"))


def oldest_first(rows: QuerySet[M, Any], after: str) -> Page[M]:
    """The same in the order of making."""
    return _page((rows.filter(pk__gt=int(after)) if is_key(after) else rows).order_by("pk"))


def _page(rows: QuerySet[M, Any]) -> Page[M]:
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def behind(rows: Sequence[T], after: str, key: Callable[[T], str]) -> Page[T]:
    """The page of a list that is already in the order of this key, behind the one that `after` names; "" begins at the top.

    Who left the list meanwhile is no matter: the page begins behind where it stood.
    """
    found = [row for row in rows if key(row) > after][: PAGE + 1]
    return Page(found[:PAGE], key(found[PAGE - 1]) if len(found) > PAGE else "")
