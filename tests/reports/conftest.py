"""One county's case that was returned once and paid, and another city's case under way; then a month is over."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays
from tests.cast import everybody
from tests.matrix.world import HERE, SLUG, THERE, nothing_stays
from workflows import actions
from workflows.reports.counting import count
from workflows.walking import drive


def after(workdays: int, by: Any) -> None:
    """The morning of so many workdays later."""
    clock.move_demo_clock(to=add_workdays(clock.today(), workdays, calendar()).on, by=by)


def paid(cast: dict[str, Any], fund: Any) -> Any:
    """A case of Xiji: three days until somebody took it, one day in his hands, sent back once, and paid."""
    head = cast["prov_head"]
    after(1, head)
    case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"], changes={"hukou_division": HERE})
    after(3, head)
    item = drive.open_item(case)
    actions.claim(item=item.pk, by=drive.person_for(item))
    after(1, head)
    drive.step(case)
    drive.to(case, "COUNTY")
    drive.step(case, "return", to_step="intake")
    drive.to(case, "PANEL")
    drive.panel([case], head=head, members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=head)
    drive.to(case, "PAYABLE")
    batch, data = drive.send_batch(
        of=fund, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    case.refresh_from_db()
    return case


@pytest.fixture(scope="module")
def office(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The world, counted until the last day that is over; made once, never committed."""
    with django_db_blocker.unblock(), nothing_stays():
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        purse = drive.fund(slug=SLUG, yuan="200000", by=cast["fin_make"])
        case = paid(cast, purse)
        there = drive.apply(slug=SLUG, number=2, by=cast["applicant2"], changes={"hukou_division": THERE})
        drive.step(there)
        quarter = clock.today()
        after(2, cast["prov_head"])
        while count():
            pass
        yield SimpleNamespace(cast=cast, case=case, there=there, day=quarter)


@pytest.fixture
def undone(office: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """The world; what a test does in it is undone."""
    with nothing_stays():
        yield office
