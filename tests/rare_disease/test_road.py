"""Every way out of the rare-disease road is taken, by the people who take it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.errors import Invalid, Refusal
from cases.money import actions as money
from cases.money.funds import balance
from cases.money.models import Payout, PayoutAttempt
from cases.notices.models import Notice
from tests.flow_kit import Trip
from workflows import actions
from workflows.models import Decision, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db

Begin = Callable[..., Trip]
WHY = "家里已经借到钱，不申请了。"
DEATH = "患者已经去世，家属来电告知。"


def letters(case: Case) -> list[str]:
    return list(Notice.objects.filter(case=case, channel="page").order_by("id").values_list("code", flat=True))


def reserved(trip: Trip) -> Decimal:
    """What the fund has set aside."""
    return balance(trip.cast["fin_make"], trip.purse).reserved


# --- county ------------------------------------------------------------------------------------------------------------
def test_what_is_not_accepted_ends_with_a_letter_and_no_rejection(road: Begin) -> None:
    case = road("rare_disease").not_accept().case
    assert case.state == "NOT_ACCEPTED" and case.closed_at is not None
    assert "N03" in letters(case) and "N10" not in letters(case)
    assert not WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).exists()


def test_an_answered_supplement_comes_back_to_intake(road: Begin) -> None:
    trip = road("rare_disease").supplement()
    assert trip.case.state == "SUPPLEMENT"
    assert trip.supplement_answered().open == ["intake"]
    assert trip.accept().case.state == "VERIFY"


def test_a_supplement_that_nobody_answers_lapses(road: Begin) -> None:
    assert road("rare_disease").supplement().supplement_lapsed().case.state == "LAPSED"


def test_both_checks_come_before_the_town_in_either_order(road: Begin) -> None:
    trip = road("rare_disease").accept()
    assert trip.at("insurance_check").agree().open == ["village_check"]
    assert trip.agree().open == ["town_check"]


@pytest.mark.parametrize(
    ("at", "to"),
    [
        ("county_review", "intake"), ("county_review", "town_check"),
        ("city_recheck", "intake"), ("city_recheck", "town_check"), ("city_recheck", "county_review"),
        ("province_review", "intake"), ("province_review", "town_check"),
        ("province_review", "county_review"), ("province_review", "city_recheck"),
    ],
)  # fmt: skip
def test_a_return_goes_to_the_chosen_step_keeps_every_opinion_and_raises_the_round(
    road: Begin, at: str, to: str
) -> None:
    trip = road("rare_disease").to(at)
    before = {one.pk: one.opinion for one in Decision.objects.filter(case=trip.case)}
    trip.leave("return", to_step=to)
    assert trip.open == [to] and trip.case.round == 2
    assert {one.pk: one.opinion for one in Decision.objects.filter(pk__in=before)} == before
    assert Decision.objects.get(case=trip.case, outcome="return").to_step == to


def test_a_returned_case_comes_up_again_level_by_level(road: Begin) -> None:
    trip = road("rare_disease").to("CITY").leave("return", to_step="county_review").to("PROVINCE")
    again = Decision.objects.filter(case=trip.case, round=2).order_by("id").values_list("step", "level")
    assert list(again) == [("county_review", 2), ("city_recheck", 3)]


def test_a_return_without_a_level_or_without_a_reason_is_refused(road: Begin) -> None:
    trip = road("rare_disease").to("CITY")
    with pytest.raises(Invalid) as refused:
        trip.leave("return", reasons=[], opinion="短")
    assert set(refused.value.fields) == {"reasons", "opinion", "to_step"}
    with pytest.raises(Invalid):
        trip.leave("return", to_step="province_review")
    trip.case.refresh_from_db()
    assert (trip.case.state, trip.case.round) == ("CITY", 1)


@pytest.mark.parametrize(("state", "following"), [("COUNTY", "CITY"), ("CITY", "PROVINCE")])
def test_who_disagrees_sends_the_case_up_and_the_level_above_decides(road: Begin, state: str, following: str) -> None:
    case = road("rare_disease").to(state).disagree().case
    assert case.state == following and case.round == 1
    assert Decision.objects.get(case=case, outcome="disagree").reasons


# --- province and panel ------------------------------------------------------------------------------------------------
def test_a_rejection_is_confirmed_by_a_second_person_and_told_with_its_reasons(road: Begin) -> None:
    trip = road("rare_disease").to("PROVINCE").reject()
    assert trip.case.state == "PROVINCE" and trip.open == ["reject_check"]
    trip.confirm()
    assert trip.case.state == "REJECTED" and letters(trip.case)[-1] == "N10"
    first, second = (Decision.objects.get(case=trip.case, outcome=name) for name in ("reject", "confirm"))
    assert first.actor_id != second.actor_id


def test_a_second_person_who_objects_sends_the_case_back_to_the_province(road: Begin) -> None:
    trip = road("rare_disease").to("PROVINCE").reject().leave("object")
    assert (trip.open, trip.case.round) == (["province_review"], 2)
    assert trip.agree().case.state == "PANEL"


def test_an_expert_answers_and_the_province_goes_on(road: Begin) -> None:
    trip = road("rare_disease").to("PROVINCE").ask_expert()
    assert trip.open == ["expert"]
    assert trip.agree().open == ["province_review"]


def test_the_panel_rejects(road: Begin) -> None:
    case = road("rare_disease").to("PANEL").panel_reject().case
    assert case.state == "REJECTED" and letters(case)[-1] == "N10"
    assert not Payout.objects.filter(case=case).exists()


def test_the_panel_defers_and_meets_again(road: Begin) -> None:
    trip = road("rare_disease").to("PANEL").panel_defer()
    assert trip.case.state == "DEFERRED"
    assert trip.panel_agree().case.state == "PUBLICITY"


def test_a_dry_fund_means_waiting_and_money_lets_it_go_on(road: Begin) -> None:
    trip = road("rare_disease", fund="1").to("PANEL").panel_waitlist()
    assert trip.case.state == "WAITLIST" and letters(trip.case)[-1] == "N11"
    assert not Payout.objects.filter(case=trip.case).exists()
    money.receive_gift(fund=trip.purse, amount=Decimal("50000"), source="演示捐赠", by=trip.cast["fin_make"])
    assert trip.panel_agree().case.state == "PUBLICITY"
    assert Payout.objects.get(case=trip.case).state == "reserved"


# --- publicity ---------------------------------------------------------------------------------------------------------
def test_an_upheld_objection_ends_the_case_and_frees_the_money(road: Begin) -> None:
    trip = road("rare_disease").to("publicity").objection_filed()
    assert trip.case.state == "OBJECTION"
    drive.end_notice(by=trip.cast["prov_head"])
    trip.case.refresh_from_db()
    assert trip.case.state == "OBJECTION", "a list that ends does not free who is objected to"
    trip.objection_upheld()
    assert trip.case.state == "REJECTED" and Payout.objects.get(case=trip.case).state == "void"
    assert reserved(trip) == 0


def test_a_dismissed_objection_lets_the_case_go_on(road: Begin) -> None:
    trip = road("rare_disease").to("publicity").objection_filed().objection_dismissed().publicity_closed()
    assert trip.case.state == "GRANTED" and Payout.objects.get(case=trip.case).state == "reserved"
    assert reserved(trip) == trip.case.award


# --- payment -----------------------------------------------------------------------------------------------------------
def test_a_failed_payment_is_repaired_and_paid_without_a_new_panel(road: Begin) -> None:
    trip = road("rare_disease").to("payment").payment_failed()
    assert trip.case.state == "FAILED" and letters(trip.case)[-1] == "N13"
    assert trip.account_repaired().case.state == "REPAIR"
    assert trip.ask_again().case.state == "FAILED"
    assert trip.account_repaired().confirm().case.state == "PAYABLE"
    trip.payment_paid()
    assert trip.case.state == "FOLLOWUP" and letters(trip.case)[-1] == "N12"
    assert [one.state for one in PayoutAttempt.objects.order_by("number")] == ["failed", "paid"]
    assert WorkItem.objects.filter(case=trip.case, step="panel").count() == 1


def test_a_batch_that_is_given_up_frees_its_cases_for_the_next(road: Begin) -> None:
    trip = road("rare_disease").to("payment").payment_batched()
    assert trip.case.state == "IN_BATCH"
    assert trip.payment_unbatched().case.state == "PAYABLE"
    assert trip.payment_sent().case.state == "SENT"


def test_a_silent_bank_leaves_the_case_unknown_and_the_answer_settles_it(road: Begin) -> None:
    trip = road("rare_disease").to("payment").payment_unknown()
    assert trip.case.state == "UNKNOWN"
    assert trip.payment_paid().case.state == "FOLLOWUP"


@pytest.mark.parametrize("visit", ["follow_up", "second_follow_up"])
def test_money_that_the_bank_returns_opens_the_account_repair(road: Begin, visit: str) -> None:
    trip = road("rare_disease", levels={"second_follow_up": True}).to(visit).payment_returned()
    assert (trip.case.state, trip.open) == ("RETURNED", ["account_repair"])


def test_an_office_may_visit_a_second_time_before_a_case_is_closed(road: Begin) -> None:
    trip = road("rare_disease", levels={"second_follow_up": True}).to("follow_up").done()
    assert (trip.open, trip.case.state) == (["second_follow_up"], "FOLLOWUP")
    assert drive.open_item(trip.case).due_on == clock.today() + timedelta(days=180)
    assert trip.agree().case.state == "CLOSED"


def test_without_that_level_the_first_visit_closes_the_case(road: Begin) -> None:
    assert road("rare_disease").to("follow_up").again().done().case.state == "CLOSED"


def test_every_way_out_is_taken(unvisited: Callable[[str], list[str]]) -> None:
    assert unvisited("rare_disease") == []


# --- beside the road ---------------------------------------------------------------------------------------------------
def test_ending_a_case_gives_the_money_back_and_tells_the_applicant(road: Begin) -> None:
    trip = road("rare_disease").to("publicity")
    assert reserved(trip) == trip.case.award
    actions.terminate(case=trip.case, reasons=["J01"], opinion=DEATH, by=trip.cast["prov_head"])
    trip.case.refresh_from_db()
    assert trip.case.state == "TERMINATED" and Payout.objects.get(case=trip.case).state == "void"
    assert reserved(trip) == 0 and letters(trip.case)[-1] == "N22"


def test_a_withdrawal_before_the_batch_gives_the_money_back(road: Begin) -> None:
    trip = road("rare_disease").to("payment").days(1)
    dossier.withdraw(case=trip.case, reason=WHY, by=trip.cast["applicant1"])
    trip.case.refresh_from_db()
    assert trip.case.state == "WITHDRAWN" and Payout.objects.get(case=trip.case).state == "void"
    assert reserved(trip) == 0
    with pytest.raises(Refusal):
        dossier.withdraw(case=trip.case, reason=WHY, by=trip.cast["applicant1"])


def test_in_a_batch_neither_applicant_nor_office_ends_a_case_and_both_hear_who_may(road: Begin) -> None:
    trip = road("rare_disease").to("payment").payment_sent()
    case, cast = trip.case, trip.cast
    for end in (
        lambda: dossier.withdraw(case=case, reason=WHY, by=cast["applicant1"]),
        lambda: actions.terminate(case=case, reasons=["J01"], opinion=DEATH, by=cast["prov_head"]),
    ):
        with pytest.raises(Refusal) as refused:
            end()
        assert refused.value.code == "too_late" and str(refused.value.who_may)
    case.refresh_from_db()
    assert case.state == "SENT" and Payout.objects.get(case=case).state == "sent"
