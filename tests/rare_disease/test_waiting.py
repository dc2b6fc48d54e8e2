"""Who waits for money goes on in the order of the list, and sees how many stand before him (轮候)."""

from __future__ import annotations

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
from tests.flow_kit import Trip
from workflows.desk.waiting.clockwork import promote_waiting
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def trips(road: Any) -> list[Trip]:
    """Two cases in line; the second is in a poorer category than the first."""
    first = road("rare_disease", fund="1").to("PANEL").panel_waitlist()
    return [first, road("rare_disease", fund="1").to("PANEL").panel_waitlist()]


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


def test_the_province_sees_the_line_and_a_county_its_own_with_the_place_in_the_whole(trips: list[Trip]) -> None:
    seen = {}
    for who in ("prov_head", "zhongning_clerk"):
        staff = Client()
        staff.force_login(trips[0].cast[who])
        seen[who] = staff.get(reverse("desk:line")).content.decode()
        told = staff.get("/api/v1/lines/").json()["results"]
        assert all((trip.case.number in seen[who]) == (trip.case.number in str(told)) for trip in trips)
    assert all(
        trip.case.number in seen["prov_head"] and trip.case.number not in seen["zhongning_clerk"] for trip in trips
    )
    assert "先受理的在前" in seen["prov_head"]
