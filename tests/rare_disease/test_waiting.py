"""Who waits for money goes on in the order of the list, and sees how many stand before him (轮候)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.apply.queries import standing
from cases.dossier.waiting import line
from cases.history.models import Event
from cases.money import actions as money
from cases.notices.models import Notice
from tests.duplicates.test_hits import twice
from tests.flow_kit import Trip
from workflows.desk.waiting.clockwork import promote_waiting
from workflows.walking import drive

pytestmark = pytest.mark.django_db
ZHONGNING = "640521100991"
PLACE = re.compile(r'<td data-label="次序">(\d+)</td>')


@pytest.fixture
def trips(road: Any) -> list[Trip]:
    """Two cases in line, of two counties; the second is in a poorer category than the first."""
    first = road("rare_disease", fund="1").to("PANEL").panel_waitlist()
    return [first, road("rare_disease", hukou_division=ZHONGNING).to("PANEL").panel_waitlist()]


def give(trip: Trip, yuan: Decimal) -> None:
    money.receive_gift(fund=trip.purse, amount=yuan, source="演示捐赠", by=trip.cast["fin_make"])


def states(trips: list[Trip]) -> list[str]:
    for trip in trips:
        trip.case.refresh_from_db()
    return [trip.case.state for trip in trips]


def test_money_goes_to_the_first_in_line_and_what_is_left_waits_for_the_next(trips: list[Trip]) -> None:
    first, second = trips
    assert [one.case.pk for one in line("rare_disease")] == [first.case.pk, second.case.pk]
    assert promote_waiting() == 0
    give(first, first.case.award)
    assert promote_waiting() == 1
    assert states(trips) == ["PUBLICITY", "WAITLIST"]
    assert Event.objects.filter(action="waiting.promote", stream__key=str(first.case.pk)).exists()
    assert Notice.objects.filter(case=first.case, channel="page").latest("id").code == "N08"
    give(second, second.case.award)
    assert promote_waiting() == 1
    assert states(trips) == ["PUBLICITY", "PUBLICITY"]


def test_nobody_is_promoted_over_somebody_before_him_whose_award_is_larger(
    trips: list[Trip], published_with: Any
) -> None:
    first, second = sorted(trips, key=lambda trip: -trip.case.award)
    assert first.case.award > second.case.award
    order = "accepted" if first is trips[0] else "need"
    published_with("rare_disease", "fund_short", {"mode": "waitlist", "waits_by": order})
    assert line("rare_disease")[0].case.pk == first.case.pk
    give(second, second.case.award)
    assert promote_waiting() == 0
    assert states(trips) == ["WAITLIST", "WAITLIST"]


def test_a_panel_cannot_take_somebody_out_of_the_line(trips: list[Trip]) -> None:
    first, second = trips
    give(second, first.case.award + second.case.award)
    drive.panel([second.case], head=second.cast["prov_head"], members=[second.cast[f"panel{n}"] for n in range(1, 6)])
    assert states(trips) == ["WAITLIST", "WAITLIST"]


def test_need_comes_first_where_the_policy_says_so(trips: list[Trip], published_with: Any) -> None:
    first, second = trips
    published_with("rare_disease", "fund_short", {"mode": "waitlist", "waits_by": "need"})
    found = line("rare_disease")
    assert [one.case.pk for one in found] == [second.case.pk, first.case.pk]
    assert "特困人员" in found[0].why


def test_the_applicant_reads_how_many_stand_before_him_and_is_told_by_letter(trips: list[Trip]) -> None:
    assert [standing(trip.case).ahead for trip in trips] == ["前面还有 0 人", "前面还有 1 人"]
    letter = Notice.objects.filter(case=trips[1].case, channel="page").latest("id")
    assert letter.code == "N11"


def agreed(*trips: Trip) -> None:
    members = [trips[0].cast[f"panel{n}"] for n in range(1, 6)]
    drive.panel([trip.case for trip in trips], head=trips[0].cast["prov_head"], members=members)


def test_a_new_agreement_takes_no_money_from_those_who_wait_before_it(trips: list[Trip], road: Any) -> None:
    third = road("rare_disease").to("PANEL")
    all_three = [*trips, third]
    give(third, trips[0].case.award + third.case.award)
    agreed(third)
    assert states(all_three) == ["WAITLIST", "WAITLIST", "WAITLIST"], "it would reach for two, and two stand before it"
    give(third, trips[1].case.award + third.case.award)
    fourth = road("rare_disease").to("PANEL")
    give(fourth, fourth.case.award)
    agreed(fourth)
    assert states([*all_three, fourth])[3] == "PUBLICITY", "it reaches for all of them"
    assert promote_waiting() == 3
    assert states(all_three) == ["PUBLICITY", "PUBLICITY", "PUBLICITY"]


def test_an_open_hit_at_the_head_is_passed_over_with_its_reason_and_holds_up_nobody_behind(
    trips: list[Trip], monkeypatch: Any
) -> None:
    first, second = trips
    twice(first.cast, 1, 50)
    give(second, second.case.award)
    monkeypatch.setattr("cases.paging.PAGE", 1)
    page = desk_of(first, "prov_head")
    assert first.case.number in page and "暂时跳过" in page and "1 处查重命中没有处理" in page
    assert second.case.number not in page
    further = desk_of(first, "prov_head", re.search(r"\?(programme=[^\"]+)\"", page)[1].replace("&amp;", "&"))  # type: ignore[index]
    assert second.case.number in further and first.case.number not in further and "暂时跳过" not in further
    assert promote_waiting() == 1
    assert states(trips) == ["WAITLIST", "PUBLICITY"]


def desk_of(trip: Trip, who: str, query: str = "") -> str:
    staff = Client()
    staff.force_login(trip.cast[who])
    return staff.get(f"{reverse('desk:line')}?{query}").content.decode()


def test_the_province_sees_the_line_and_a_county_its_own_with_the_place_in_the_whole(trips: list[Trip]) -> None:
    first, second = (trip.case.number for trip in trips)
    whole, xiji, zhongning = (desk_of(trips[0], who) for who in ("prov_head", "xiji_review", "zhongning_clerk"))
    assert first in whole and second in whole and "先受理的在前" in whole
    assert first in xiji and second not in xiji and PLACE.findall(xiji) == ["1"]
    assert second in zhongning and first not in zhongning and PLACE.findall(zhongning) == ["2"]
    county = Client()
    county.force_login(trips[0].cast["zhongning_clerk"])
    assert [(one["case"], one["place"]) for one in county.get("/api/v1/lines/").json()["results"]] == [(second, 2)]
