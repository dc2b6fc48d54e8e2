"""A register of twenty thousand people is tried, imported and registered in seconds, and so is what was found of them."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from cases.calendar import clock
from cases.people.rules import check_character
from cases.screening import actions
from cases.screening.models import Registration, Result, Session
from cases.screening.rules import COLUMNS
from cases.screening.trying import examine, examine_results
from cases.sheets import digest
from tests.screening.people import VILLAGE, day_of

pytestmark = pytest.mark.django_db(transaction=True)
MANY, MOST_SECONDS = 20_000, 60
"""On two idle cores it takes about a quarter of this; on a busy machine the time of this process counts alone."""


def people() -> Iterator[list[str]]:
    """So many invented people, each with an ID number of her own."""
    for number in range(MANY):
        born = date(1940, 1, 1) + timedelta(days=number % 7000)
        first = f"649990{born:%Y%m%d}{number // 7000:03d}"
        yield ["演示人", first + check_character(first), "", VILLAGE, "本人签字", "2026-01-05"]


def found(campaign: Any) -> Iterator[list[str]]:
    """What was found of so many people."""
    day = clock.today().isoformat()
    for number in range(1, MANY + 1):
        yield [f"SC{campaign.pk}-{number:05}", day, "0.2", "有混浊", "3.0", "16", "4.9", "透明", "15"]


EYES = [
    "登记号",
    "检查日期",
    "右眼裸眼视力",
    "右眼晶状体",
    "右眼NC",
    "右眼眼压",
    "左眼裸眼视力",
    "左眼晶状体",
    "左眼眼压",
]


def written(head: Sequence[str], rows: Iterator[list[str]]) -> bytes:
    """As a csv."""
    out = io.StringIO()
    csv.writer(out).writerows([list(head), *rows])
    return out.getvalue().encode()


@contextmanager
def spent(took: dict[str, float], what: str) -> Iterator[None]:
    """How many seconds this process worked, and how many went by."""
    worked, began = time.process_time(), time.perf_counter()
    yield
    took[what] = time.process_time() - worked
    took[f"{what} (clock)"] = time.perf_counter() - began


@pytest.mark.timeout(600)
def test_twenty_thousand_people_are_registered_and_their_results_taken_in_seconds(
    campaign: Any, team: Any, cast: Any
) -> None:
    took: dict[str, float] = {}
    session = day_of(campaign, team, cast)
    Session.objects.update(capacity=MANY)
    session.refresh_from_db()
    for judge, begin, by, data, what in (
        (examine, actions.begin_import, cast["xiji_intake"], written(COLUMNS, people()), "registered"),
        (examine_results, actions.begin_results, team, written(EYES, found(campaign)), "results"),
    ):
        with spent(took, f"{what}: tried"):
            tried = judge(by, campaign, session, data)
        assert len(tried.entries) == MANY and not tried.faults
        with spent(took, f"{what}: stored"):
            made = begin(campaign=campaign, session=session, data=data, tried_sha256=digest(data), by=by)
        with spent(took, f"{what}: in the background"):
            while actions.carry_on(source=made.pk, by=None):
                pass
    print({what: round(seconds, 1) for what, seconds in took.items()})
    assert Registration.objects.count() == Result.objects.count() == MANY
    assert sum(seconds for what, seconds in took.items() if "clock" not in what) < MOST_SECONDS
