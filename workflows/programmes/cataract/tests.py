"""Every way out of the cataract road is taken, by the people who take it; eye by eye the amounts are those of the policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.award.earlier import NONE, Earlier
from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.money import actions as money
from cases.money.funds import balance
from cases.notices.models import Notice
from cases.people.queries import current_account
from cases.policy.rules import Policy, Row
from cases.programme import programme
from cases.providers import actions as providers
from tests.cast import cast
from tests.flow_facts import claim, operate, phone
from tests.flow_kit import Trip
from workflows.engine import periodic
from workflows.programmes.cataract.award import award, of_eye
from workflows.programmes.cataract.clockwork import offer_places
from workflows.programmes.cataract.policy import POLICY
from workflows.walking.hospitals import hospitals

Begin = Callable[..., Trip]
USED = (cast,)
"""Fixtures of the tests, which stand outside this folder."""
RULES = Policy.from_rows(POLICY["rows"])

pytestmark = pytest.mark.django_db


@pytest.fixture
def eyes(road: Begin, cast: Any) -> Begin:
    """Begins trips of this programme, with two hospitals under contract; one right eye, insured, category 2."""
    made: list[Any] = []

    def begin(**said: Any) -> Trip:
        made.extend([] if made else hospitals(cast))
        return road(
            "cataract",
            **{
                "hardship_category": "H02",
                "hardship_cert_no": "YS1",
                "insurance_type": "INS_RES",
                "wanted_eye": "right_eye",
                **said,
            },
        )

    return begin


def letters(trip: Trip) -> list[str]:
    rows = Notice.objects.filter(case=trip.case, channel="page").order_by("id")
    return list(rows.values_list("code", flat=True))


def by_night(trip: Trip) -> Trip:
    """What the clock asks a worker to do once a day."""
    for name in ("permits", "second_eyes", "waiting_places"):
        periodic.registered[name].does()
    trip.case.refresh_from_db()
    return trip


def reserved(trip: Trip) -> Decimal:
    return balance(trip.cast["fin_make"], trip.purse).reserved


# --- the amounts, eye by eye -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("category", "insured", "line", "amount"),
    [
        ("H02", True, {"total": "900"}, "900"),
        ("H02", True, {"total": "1800"}, "1500"),
        ("H09", True, {"total": "600"}, "600"),
        ("H09", True, {"total": "1800"}, "800"),
        ("H09", False, {"total": "2600"}, "2000"),
        ("H02", True, {"total": "4800", "premium": "3000"}, "1500"),
        ("H02", True, {"total": "4200", "basic_insurance": "3000", "discount": "500"}, "700"),
        ("H02", True, {"total": "4200", "basic_insurance": "3000", "premium": "1200"}, "0"),
    ],
)
def test_an_eye_is_paid_what_the_policy_says(category: str, insured: bool, line: Any, amount: str) -> None:
    answers = {"hardship_category": category, "insurance_type": "INS_RES" if insured else "INS_NONE"}
    assert of_eye(answers, line, RULES).amount == Decimal(amount)


def test_two_eyes_are_two_lines_and_their_sum_in_both_languages() -> None:
    answers = {
        "hardship_category": "H02",
        "hardship_cert_no": "YS1",
        "insurance_type": "INS_RES",
        "wanted_eye": "left_eye",
        "both_eyes": True,
    }
    promised = award(answers, RULES, NONE)
    assert promised.amount == Decimal(3000) and [line.amount for line in promised.lines] == [1500, 1500, 3000]
    lines = [{"part": "left_eye", "total": "900"}, {"part": "right_eye", "total": "1800"}]
    paid = award({**answers, "claimed": lines}, RULES, NONE)
    assert paid.amount == Decimal(2400) and paid.matched_rows == ("award.self_pay", "award.poor")
    assert paid.lines[0].label_zh.startswith("左眼") and paid.lines[-2].label_en.startswith("Right eye")


def test_a_cap_of_a_person_holds_for_the_sum_of_his_eyes_and_for_what_he_had_before() -> None:
    rules = Policy.from_rows((*POLICY["rows"], Row("caps", "per_year", {"amount": "2000"}, 2, "示例第 12 条", "", "")))
    lines = [{"part": "left_eye", "total": "1200"}, {"part": "right_eye", "total": "1300"}]
    paid = award({"hardship_category": "H02", "claimed": lines}, rules, Earlier(this_year=Decimal(700)))
    assert (paid.amount, paid.wanted) == (Decimal(1300), Decimal(1300)) and "caps.per_year" in paid.matched_rows
    assert next(line for line in paid.lines if line.cuts).row == "caps.per_year"


# --- county and village ------------------------------------------------------------------------------------------------
def test_what_is_not_accepted_ends_with_a_letter(eyes: Begin) -> None:
    trip = eyes().not_accept()
    assert trip.case.state == "NOT_ACCEPTED" and "N03" in letters(trip)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"eye_right_va": "0.5"}, "右眼：要做的眼视力不高于 0.3"),
        ({"eye_right_va": "无光感"}, "没有光感"),
        ({"aided_eyes": "right_eye"}, "没有得到过别的救助"),
        ({"patient_id_no": "649918197008294958"}, "60 周岁以上"),
    ],
)
def test_who_does_not_meet_the_conditions_is_not_accepted(eyes: Begin, said: Any, why: str) -> None:
    trip = eyes(**said)
    with pytest.raises(Invalid) as refused:
        trip.accept()
    assert why in str(refused.value)


def test_a_supplement_is_answered_or_lapses(eyes: Begin) -> None:
    assert eyes().supplement().supplement_answered().open == ["intake"]
    assert eyes().supplement().supplement_lapsed().case.state == "LAPSED"


def test_the_county_may_send_it_back_and_the_province_too(eyes: Begin) -> None:
    trip = eyes().to("county_review")
    trip.leave("return", to_step="town_check").to("county_review").leave("return", to_step="intake")
    trip.to("province_confirm").leave("return", to_step="county_review").disagree()
    trip.leave("return", to_step="town_check").to("province_confirm").leave("return", to_step="intake")
    assert trip.open == ["intake"]


def test_a_refusal_of_the_province_is_looked_at_twice(eyes: Begin) -> None:
    trip = eyes().to("province_confirm").reject().object()
    assert trip.open == ["province_confirm"]
    assert trip.reject().confirm().case.state == "REJECTED" and "N10" in letters(trip)


# --- the place ---------------------------------------------------------------------------------------------------------
def test_a_confirmed_place_sets_money_aside_and_takes_the_eye(eyes: Begin) -> None:
    trip = eyes().to("province_confirm").agree()
    (permit,) = trip.case.permits.all()
    assert (permit.state, permit.part, permit.amount) == ("proposed", "right_eye", Decimal(1500))
    assert trip.case.award == reserved(trip) == Decimal(1500) and "N08" in letters(trip)


def test_without_money_it_waits_in_turn_and_goes_on_when_there_is_some(eyes: Begin) -> None:
    trip = eyes(fund="1").to("province_confirm")
    with pytest.raises(Refusal) as short:
        trip.agree()
    assert short.value.code == "fund_short"
    trip.wait_in_turn()
    assert trip.case.state == "WAITLIST"
    assert by_night(trip).case.state == "WAITLIST"
    assert trip.place_free().open == ["province_confirm"]


def test_places_are_offered_in_the_order_of_need_where_the_policy_says_so(eyes: Begin) -> None:
    by_need = {"caps.fund_short": {"mode": "waitlist", "waits_by": "need"}}
    first = eyes(fund="1", rows=by_need).to("province_confirm").wait_in_turn()
    poorer = eyes(hardship_category="H01").to("province_confirm").wait_in_turn()
    money.receive_gift(fund=first.purse, amount=Decimal(1500), source="演示捐赠", by=first.cast["fin_make"])
    assert offer_places() == 1, "what it may cost is not offered twice"
    assert (poorer.open, first.open) == (["province_confirm"], ["waiting"])


def test_an_upheld_objection_frees_the_place_and_the_money(eyes: Begin) -> None:
    trip = eyes().to("publicity").objection_filed().objection_dismissed().objection_filed().objection_upheld()
    assert trip.case.state == "REJECTED" and reserved(trip) == 0
    assert trip.case.permits.get().state == "cancelled"


# --- surgery, claim, payment -------------------------------------------------------------------------------------------
def test_an_eye_is_done_claimed_paid_to_the_hospital_and_followed_up(eyes: Begin) -> None:
    trip = eyes().to("permit").grant()
    permit = trip.case.permits.get()
    assert permit.state == "issued" and permit.valid_until == clock.today() + timedelta(days=60)
    assert "N16" in letters(trip)
    trip.treatment_done().claim_settled()
    account = current_account(trip.case)
    assert account is not None and account.relation == "INSTITUTION" and account.confirmed_at is not None
    assert trip.case.award == trip.case.payouts.exclude(state="void").get().amount == Decimal(1200)
    trip.payment_batched().payment_sent().payment_paid()
    assert reserved(trip) == 0 and "N12" not in letters(trip)
    assert trip.again().done().case.state == "CLOSED"


def test_many_patients_of_one_hospital_are_paid_in_one_batch(eyes: Begin) -> None:
    trips = [eyes().to("permit").grant().treatment_done().claim_settled() for _each in range(3)]
    trips[0].payment_sent()
    assert trips[0].batch.count == 3


def test_the_ways_of_a_batch(eyes: Begin) -> None:
    trip = eyes().to("permit").grant().treatment_done().claim_settled()
    trip.payment_batched().payment_unbatched().payment_unknown()
    assert trip.case.state == "UNKNOWN"


def test_a_failed_payment_goes_out_again_to_the_hospitals_new_account(eyes: Begin) -> None:
    trip = eyes().to("permit").grant().treatment_done().claim_settled().payment_failed()
    assert trip.open == ["account_repair"] and trip.case.state == "SETTLEMENT"
    trip.account_repaired()
    assert trip.case.payouts.exclude(state="void").get().state == "payable"
    trip.payment_paid().payment_returned().account_repaired().payment_paid()
    assert trip.open == ["follow_up"]


def test_a_second_look_at_home_where_the_policy_asks_for_it(eyes: Begin) -> None:
    trip = eyes(levels={"second_follow_up": True}).to("permit").grant().treatment_done().claim_settled().payment_paid()
    assert trip.done().open == ["second_follow_up"]
    trip.payment_returned().account_repaired().payment_paid().done()
    assert trip.agree().case.state == "CLOSED"


def test_what_nobody_did_ends_and_frees_place_and_money(eyes: Begin) -> None:
    trip = eyes().to("permit").grant().treatment_ended()
    assert trip.case.state == "NOT_TREATED" and reserved(trip) == 0 and "N22" in letters(trip)


def test_a_permit_that_nobody_used_lapses_by_the_clock(eyes: Begin) -> None:
    trip = eyes().to("permit").grant().days(60)
    assert by_night(trip).case.state == "TREATMENT"
    trip.days(1)
    assert by_night(trip).case.state == "NOT_TREATED" and trip.case.permits.get().state == "lapsed"


def test_a_claim_refused_for_good_pays_nothing(eyes: Begin) -> None:
    trip = eyes().to("permit").grant().treatment_done().claim_refused()
    assert trip.open == ["follow_up"] and reserved(trip) == 0


# --- the second eye ----------------------------------------------------------------------------------------------------
def test_the_second_eye_waits_28_days_and_for_the_week_check_of_the_first(eyes: Begin) -> None:
    trip = eyes(both_eyes=True, eye_left_va="0.2").to("permit").grant()
    first, second = trip.case.permits.order_by("pk")
    assert (first.state, second.state) == ("issued", "proposed")
    operate(trip, first)
    trip.days(28)
    by_night(trip)
    second.refresh_from_db()
    assert second.state == "proposed" and trip.case.state == "TREATMENT"
    clerk = trip.cast["eye_hospital"]
    providers.record_sight(permit=first, moment="week1", seen_on=clock.today(), raw="0.8", by=clerk)
    by_night(trip)
    second.refresh_from_db()
    assert second.state == "issued" and letters(trip).count("N16") == 2
    operate(trip, second)
    trip.case.refresh_from_db()
    assert trip.case.state == "SETTLEMENT"
    for permit in (first, second):
        line = claim(trip, permit)
        phone(trip, line)
        providers.accept_line(line=line, by=trip.cast["prov_review"])
    trip.case.refresh_from_db()
    assert trip.case.award == Decimal(2400) and trip.open == ["payment"]


def test_every_way_out_is_taken(unvisited: Callable[[str], list[str]]) -> None:
    assert unvisited("cataract") == []


def test_the_card_asks_only_what_its_road_can_use() -> None:
    card = programme("cataract")
    assert {"account_no", "account_holder"} & {question.key for question in card.questions()} == set()
