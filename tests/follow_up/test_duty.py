"""What the lot asks of a follow-up, in the database and at its step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid
from cases.follow_up.models import FollowUp, FollowUpTry
from cases.follow_up.rules import is_drawn, lot
from cases.history.models import Event
from cases.programme import programmes
from workflows import actions
from workflows.walking import devices, drive

ALL, NONE = {"follow_up.home": {"share": 100}}, {"follow_up.home": {"share": 0}}
REACHED = {"kind": "phone", "reached": True, "received": True, "amount": "3000.00", "satisfied": 5, "fee": False}


def refused(trip: Any, outcome: str, *tries: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        trip.leave(outcome, data={"follow_up": list(tries)})
    return dict(caught.value.fields)


@pytest.mark.parametrize("slug", ["rare_disease", "cataract", "hearing"])
def test_no_policy_is_published_that_does_not_say_whom_to_call_and_visit(slug: str) -> None:
    card = next(card for card in programmes() if card.slug == slug)
    assert set(card.needs()["follow_up"]) == {row.key for row in card.policy["rows"] if row.section == "follow_up"}
    assert {row.clause for row in card.policy["rows"] if row.section == "follow_up"} == {"示例第 23 条"}


def test_the_lot_is_drawn_once_by_the_database_and_anybody_computes_it_again(road: Any) -> None:
    trip = road("rare_disease").to("follow_up")
    duty = FollowUp.objects.get(case=trip.case)
    assert (duty.phone_percent, duty.home_percent, duty.phone, duty.tries) == (100, 30, True, 3)
    assert duty.home is is_drawn(duty.seed, "home", trip.case.number, 30)
    assert duty.due_on == clock.today() + timedelta(days=30) and duty.amount == trip.case.award
    told = Event.objects.get(action="follow_up.drawn")
    assert duty.seed in told.payload, "an inspector reads seed and shares in the history"
    trip.payment_returned().account_repaired().confirm().to("follow_up")
    assert FollowUp.objects.get(case=trip.case).seed == duty.seed, "paid again, it is not drawn again"


def test_nobody_chooses_the_seed_the_share_or_who_is_drawn(road: Any) -> None:
    trip = road("rare_disease", rows=NONE).to("grant")
    made = FollowUp.objects.create(
        case=trip.case, policy=trip.case.policy, seed="00000000000000000000000000000000", phone_percent=0, home_percent=100,
        phone=False, home=True, due_on=clock.today(), drawn_at=clock.now(),
    )  # fmt: skip
    made.refresh_from_db()
    assert made.seed != "0" * 32 and (made.phone_percent, made.home_percent, made.phone, made.home) == (
        100,
        0,
        True,
        False,
    )


def test_the_database_draws_what_the_rule_computes(db: Any) -> None:
    with connection.cursor() as cursor:
        for number in range(300):
            cursor.execute("SELECT follow_up_lot(%s, 'home', '案卷')", [f"{number:032x}"])
            assert cursor.fetchone() == (lot(f"{number:032x}", "home", "案卷"),)


def test_a_changed_row_is_refused_by_the_database(road: Any) -> None:
    road("rare_disease", rows=NONE).to("follow_up").again()
    for change in (
        "UPDATE cases_followup SET home = NOT home", "UPDATE cases_followup SET seed = 'x'", "DELETE FROM cases_followup",
        "UPDATE cases_followuptry SET satisfied = 5", "DELETE FROM cases_followuptry",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_drawn_visit_is_not_closed_by_the_phone_alone(road: Any) -> None:
    trip = road("rare_disease", rows=ALL).to("follow_up")
    assert "outcome" in refused(trip, "done", REACHED)
    trip.leave("again", data={"follow_up": [REACHED]})
    assert trip.open == ["follow_up"] and drive.open_item(trip.case).due_on == clock.today() + timedelta(days=30)
    assert "photo" in refused(trip, "done", REACHED | {"kind": "home"})
    assert trip.done().case.state == "CLOSED"
    visit = FollowUpTry.objects.get(kind="home")
    assert visit.photo is not None and visit.settles


def test_who_is_not_reached_is_tried_as_often_as_the_policy_says(road: Any) -> None:
    trip = road("rare_disease", rows=NONE).to("follow_up")
    nobody = {"kind": "phone", "reached": False}
    assert "outcome" in refused(trip, "done", nobody)
    trip.again().again()
    assert trip.leave("done", data={"follow_up": [nobody]}).case.state == "CLOSED"
    tried = FollowUpTry.objects.order_by("number").values_list("number", "reached", "settles")
    assert list(tried) == [(1, False, False), (2, False, False), (3, False, True)]


def test_a_follow_up_that_is_over_does_not_go_on(road: Any) -> None:
    trip = road("rare_disease", rows=NONE).to("follow_up")
    assert "outcome" in refused(trip, "again", REACHED)
    assert "phone_reached" in refused(trip, "done")
    assert "phone_reached" in refused(trip, "done", REACHED, REACHED)
    assert "phone_reached" in refused(trip, "done", REACHED | {"kind": "letter"})


def test_in_kind_help_is_followed_up_without_asking_for_an_amount(road: Any, cast: Any) -> None:
    devices.hearing_centre(cast)
    devices.arrive(cast, 2, model="中功率")
    trip = road("hearing", rows=NONE).to("delivery").fitted()
    assert FollowUp.objects.get(case=trip.case).amount is None and "call_back" in trip.open
    trip.at("call_back").done()
    assert FollowUpTry.objects.get().amount is None and "call_back" not in trip.open


@pytest.mark.parametrize(("rows", "asked"), [(NONE, False), (ALL, True)])
def test_the_page_asks_for_what_is_owed(road: Any, rows: Any, asked: bool) -> None:
    trip = road("rare_disease", rows=rows).to("follow_up")
    item = drive.open_item(trip.case)
    who = drive.person_for(item)
    actions.claim(item=item.pk, by=who)
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/case/{trip.case.number}/").content.decode()
    for name in ("phone_reached", "phone_received", "phone_amount", "phone_satisfied", "phone_fee"):
        assert f'name="{name}"' in page
    assert ('name="home_reached"' in page) is asked and ('name="photo"' in page) is asked


def test_an_inspector_sees_the_lot_computed_again(road: Any, cast: Any) -> None:
    trip = road("rare_disease", rows=ALL).to("follow_up")
    client = Client()
    client.force_login(cast["inspector"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("inspection:case", args=[trip.case.number])).content.decode()
    assert FollowUp.objects.get().seed in page and page.count("复算一致") == 2 and "不一致" not in page
