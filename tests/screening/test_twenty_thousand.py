"""A register of twenty thousand people is tried, imported and registered in seconds."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from cases.people.rules import check_character
from cases.screening import actions
from cases.screening.models import Registration
from cases.screening.rules import COLUMNS
from cases.screening.trying import examine
from cases.sheets import digest
from tests.screening.people import VILLAGE

pytestmark = pytest.mark.django_db
MANY, MOST_SECONDS = 20_000, 60
"""On two idle cores it takes about a quarter of this; on a busy machine the time of this process counts alone."""


def people() -> Iterator[list[str]]:
    """So many invented people, each with an ID number of her own."""
    for number in range(MANY):
        born = date(1940, 1, 1) + timedelta(days=number % 7000)
        first = f"649990{born:%Y%m%d}{number // 7000:03d}"
        yield ["演示人", first + check_character(first), "", VILLAGE, "本人签字", "2026-01-05"]


def register() -> bytes:
    """As a csv."""
    out = io.StringIO()
    csv.writer(out).writerows([list(COLUMNS), *people()])
    return out.getvalue().encode()


@contextmanager
def spent(took: dict[str, float], what: str) -> Iterator[None]:
    """How many seconds this process worked, and how many went by."""
    worked, began = time.process_time(), time.perf_counter()
    yield
    took[what] = time.process_time() - worked
    took[f"{what} (clock)"] = time.perf_counter() - began


@pytest.mark.timeout(600)
def test_twenty_thousand_people_are_registered_in_seconds(campaign: Any, cast: Any) -> None:
    data, by, took = register(), cast["xiji_intake"], {}
    with spent(took, "tried"):
        tried = examine(by, campaign, None, data)
    assert len(tried.entries) == MANY and not tried.faults
    with spent(took, "imported"):
        made = actions.begin_import(campaign=campaign, data=data, tried_sha256=digest(data), by=by)
    with spent(took, "registered"):
        while actions.carry_on(source=made.pk, by=None):
            pass
    print({what: round(seconds, 1) for what, seconds in took.items()})
    assert Registration.objects.count() == MANY
    assert sum(seconds for what, seconds in took.items() if "clock" not in what) < MOST_SECONDS
