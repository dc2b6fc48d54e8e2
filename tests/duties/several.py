"""A case on the road on which several people are asked."""

from __future__ import annotations

from collections.abc import Iterator
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
    card = programme("two_step")
    register(replace(card, road="opinions"))
    try:
        published("two_step")
        funded("two_step", "100000")
        case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
        drive.step(case, "agree")
        yield case
    finally:
        register(card)


def seats(case: Case) -> list[WorkItem]:
    """The seats that somebody may still take or has taken, in their order."""
    rows = WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).select_related("case__run")
    return list(rows.order_by("seat"))
