"""What the follow-ups of a quarter brought, by programme and county."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from cases.calendar import clock
from cases.policy import actions as policy
from cases.programme import programme
from tests.cast import everybody
from tests.matrix.world import HERE, SLUG, THERE, nothing_stays
from workflows.reports import quality
from workflows.reports.rules import quarter_name, quarter_of
from workflows.walking import drive


@pytest.fixture(scope="module")
def office(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """Everybody is visited: three paid cases of Xiji, one done well, one badly and late, one called only; one elsewhere."""
    with django_db_blocker.unblock(), nothing_stays():
        cast = everybody()
        shipped = programme(SLUG).policy
        rows = [replace(row, value={"share": 100}) if row.name == "follow_up.home" else row for row in shipped["rows"]]
        draft = policy.load_policy(programme=SLUG, version={**shipped, "rows": rows}, by=cast["policy_edit"])
        policy.publish(version=draft, by=cast["policy_publish"])
        purse = drive.fund(slug=SLUG, yuan="200000", by=cast["fin_make"])
        cases = [
            drive.apply(slug=SLUG, number=n, by=cast["applicant1"], changes={"hukou_division": place})
            for n, place in enumerate((HERE, HERE, HERE, THERE), start=1)
        ]
        for case in cases:
            drive.to(case, "PANEL")
        drive.panel(cases, head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
        drive.give_notice(cases, by=cast["publicity"])
        drive.end_notice(by=cast["prov_head"])
        for case in cases:
            drive.to(case, "PAYABLE")
        batch, data = drive.send_batch(
            of=purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
        )
        drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
        for case in cases:
            case.refresh_from_db()
        drawn = quarter_of(clock.today())
        well, badly, called, _there = cases
        drive.step(well)
        drive.step(called, "again", data={"follow_up": drive.follow_up(called, cast["xiji_intake"])[:1]})
        clock.move_demo_clock(days=31, by=cast["prov_head"])
        drive.step(badly, data={"follow_up": [poor(one) for one in drive.follow_up(badly, cast["xiji_intake"])]})
        yield SimpleNamespace(cast=cast, quarter=quarter_name(drawn), cases=cases)


def poor(said: dict[str, Any]) -> dict[str, Any]:
    return said | {"amount": "1.00", "satisfied": 1, "fee": True}


@pytest.fixture
def undone(office: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with nothing_stays():
        yield office


def browser(office: SimpleNamespace, who: str) -> Client:
    client = Client()
    client.force_login(office.cast[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def lines(office: SimpleNamespace, who: str, **given: str) -> list[quality.Quality]:
    return quality.lines(quality.chosen(office.cast[who], {"quarter": office.quarter, **given}))


def test_each_figure_says_what_was_done_and_what_people_said(undone: SimpleNamespace) -> None:
    [here] = lines(undone, "xiji_review")
    assert here.programme == str(programme(SLUG).name)
    assert (here.due, here.done, here.in_time, here.reached) == (3, 2, 1, 3)
    assert (here.amounts, here.confirmed, here.fees) == (3, 2, 1)
    assert here.satisfied == 3.4, (
        "five fives and two ones in seven answers would be 3.9: two visits were poor, three good"
    )
    assert (here.visits, here.visited) == (3, 2)


def test_a_county_reads_its_own_and_the_province_every_county(undone: SimpleNamespace) -> None:
    assert len(lines(undone, "xiji_review")) == 1 and len(lines(undone, "prov_head")) == 2
    assert [line.due for line in lines(undone, "prov_head", place=HERE[:6])] == [3]
    assert browser(undone, "xiji_review").get(reverse("reports:quality"), {"place": THERE[:6]}).status_code == 404


def test_what_was_drawn_in_another_quarter_stands_there(undone: SimpleNamespace) -> None:
    assert lines(undone, "prov_head", quarter="2001-Q1") == []
    page = browser(undone, "prov_head").get(reverse("reports:quality"), {"quarter": "2001-Q1"})
    assert "没有要回访的案卷" in page.content.decode()


def test_the_file_holds_what_the_page_shows(undone: SimpleNamespace) -> None:
    client, given = browser(undone, "prov_head"), {"quarter": undone.quarter}
    shown = client.get(reverse("reports:quality"), given).context["lines"]
    rows = list(csv.reader(io.StringIO(client.get(reverse("reports:quality_csv"), given).content.decode("utf-8-sig"))))
    assert rows[0][2:] == quality.headings()
    assert [row[1:4] for row in rows[1:]] == [[line.county, str(line.due), str(line.done)] for line in shown]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(reverse("reports:quality_xlsx"), given).content))
    assert [row[1] for row in book.get_sheet_by_index(0).to_python()[1:]] == [line.county for line in shown]


def test_the_page_asks_the_database_as_often_for_many_counties_as_for_one(undone: SimpleNamespace) -> None:
    client = browser(undone, "prov_head")
    address = reverse("reports:quality") + f"?quarter={undone.quarter}"
    client.get(address)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{address}&place={HERE[:6]}")
    assert len(many) == len(few)
