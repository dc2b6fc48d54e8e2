"""A case on the road on which several people are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from cases.dossier.models import Case
from cases.programme import programme, register
from workflows.models import WorkItem
from workflows.walking import drive


@pytest.fixture
def asked(cast: dict[str, Any], published: Any, funded: Any) -> Iterator[Case]:
    """A case whose check is done and which waits for the opinions of two of three."""
    with _on_road("opinions"):
        yield _checked(cast, published, funded)


@pytest.fixture
def with_panel(cast: dict[str, Any], published: Any, funded: Any) -> Iterator[Case]:
    """A case that waits for the panel on the road on which that has duties of its own."""
    with _on_road("panel"):
        case = _checked(cast, published, funded)
        drive.step(case)
        yield case


@contextmanager
def _on_road(road: str) -> Iterator[None]:
    card = programme("two_step")
    register(replace(card, road=road))
    try:
        yield
    finally:
        register(card)


def _checked(cast: dict[str, Any], published: Any, funded: Any) -> Case:
    published("two_step")
    funded("two_step", "100000")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    drive.step(case, "agree")
    return case


def seats(case: Case) -> list[WorkItem]:
    """The seats that somebody may still take or has taken, in their order."""
    rows = WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).select_related("case__run")
    return list(rows.order_by("seat"))
