"""Every way out of the rare-disease road is taken, by the people who take it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.duplicates.queries import earlier_aid
from cases.errors import Invalid, Refusal
from cases.money import actions as money
from cases.money.funds import balance
from cases.money.models import Payout, PayoutAttempt
from cases.money.queries import holds
from cases.notices.models import Notice
from cases.urgent.models import UrgentAid
from cases.urgent.queries import listed
from tests.flow_kit import Trip
from workflows import actions, overdue
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
    assert trip.agree().open == ["expert"], "two read independently"
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


# --- urgent aid --------------------------------------------------------------------------------------------------------
WHOLE = {"caps.urgent": {"amount": "20000"}}
"""A limit over the award of these cases."""


def urgent(road: Begin, **how: Any) -> Trip:
    """A case that the county passes on as urgent and one person of the province agrees to."""
    return road("rare_disease", **how).to("county_review").leave("urgent").at("urgent_approval").agree()


def flag(trip: Trip) -> str:
    """What the inspector's list says of the case."""
    return next(
        one.flag for one in listed(trip.cast["inspector"], today=clock.today()).rows if one.aid.case == trip.case
    )


def test_a_limited_sum_is_paid_ahead_then_confirmed_and_the_rest_goes_the_ordinary_way(road: Begin) -> None:
    trip = urgent(road)
    case, aid = trip.case, UrgentAid.objects.get(case=trip.case)
    approval = Decision.objects.get(case=case, step="urgent_approval")
    assert aid.amount == approval.amount == Decimal(2000) < case.award
    assert aid.asked_by != aid.approved_by == approval.actor and aid.reasons[0]["code"] == "U01"
    assert (case.state, letters(case)[-1], flag(trip)) == ("PAYABLE", "N31", "waiting")
    trip.payment_batched().payment_unbatched().payment_sent().payment_unknown().payment_paid()
    assert (case.state, trip.open, letters(case)[-1]) == ("CONFIRM", ["confirmation"], "N12")
    told = Notice.objects.filter(case=case, code="N12", channel="page").latest("pk").data["letters"]["en"]["blocks"]
    assert "2,000.00" in str(told), "the letter names what was paid, not the whole award"
    assert drive.open_item(case).due_on == aid.confirm_by == local_day(approval.at) + timedelta(days=15)
    with pytest.raises(Refusal) as refused:
        dossier.withdraw(case=case, reason=WHY, by=trip.cast["applicant1"])
    assert refused.value.code == "too_late"
    used = earlier_aid(id_key=case.patient.id_key, programme=case.programme, year=case.accepted_on.year)
    assert used.this_year == aid.amount, "it counts for the caps of the same person's other cases"
    assert trip.panel_defer().open == ["confirmation"]
    assert trip.panel_agree().open == ["city_recheck"] and flag(trip) == "confirmed"
    trip.to("PUBLICITY")
    first, rest = Payout.objects.filter(case=case).order_by("installment")
    assert (first.amount, rest.amount, rest.state) == (aid.amount, case.award - aid.amount, "reserved")
    assert holds([first, rest]) == {rest.pk: "publicity"}
    assert trip.to("CLOSED").case.state == "CLOSED"
    assert balance(trip.cast["fin_make"], trip.purse).free == Decimal(100000) - case.award


def test_money_that_comes_back_is_sent_again_and_what_the_panel_refuses_too_late_is_recovered(road: Begin) -> None:
    trip = urgent(road).payment_failed().account_repaired().confirm().payment_paid()
    assert trip.open == ["confirmation"]
    trip.payment_returned().account_repaired().confirm().payment_paid().days(25)
    overdue.report()
    assert drive.open_item(trip.case).escalated_at is not None and flag(trip) == "overdue"
    assert trip.panel_reject().open == ["recovery"] and letters(trip.case)[-1] == "N21" and flag(trip) == "refused"
    with pytest.raises(Invalid):
        trip.leave("recovered")
    trip.leave("recovered", data={"refund": {"receipt": "HD-2026-0001"}})
    assert trip.case.state == "REJECTED" and flag(trip) == "recovered"
    assert balance(trip.cast["fin_make"], trip.purse).free == Decimal(100000)


def test_an_award_paid_ahead_as_a_whole_is_shown_publicly_afterwards_unless_the_policy_does_without(
    road: Begin,
) -> None:
    trip = urgent(road, rows=WHOLE).payment_paid().panel_agree()
    assert (trip.case.state, trip.publicity_closed().open) == ("PUBLICITY", ["follow_up"])


def test_without_that_notice_the_follow_up_comes_next(road: Begin) -> None:
    trip = urgent(road, rows=WHOLE, levels={"urgent_notice": False})
    assert trip.payment_paid().panel_agree().open == ["follow_up"]


def test_an_upheld_objection_recovers_what_was_paid_ahead_or_says_why_it_cannot(road: Begin) -> None:
    trip = urgent(road, rows=WHOLE).payment_paid().panel_agree().objection_filed().objection_upheld()
    assert trip.open == ["recovery"] and flag(trip) == "refused"
    assert trip.written_off().case.state == "REJECTED" and flag(trip) == "written_off"
    assert Decision.objects.get(case=trip.case, outcome="written_off").opinion


def test_who_declines_sends_the_case_back_to_the_ordinary_way(road: Begin) -> None:
    trip = road("rare_disease").to("county_review").leave("urgent").decline()
    assert (trip.open, trip.case.round) == (["county_review"], 2)
    assert not UrgentAid.objects.filter(case=trip.case).exists()


def test_where_the_policy_has_no_urgent_path_nobody_takes_it_and_the_refusal_names_who_may_open_it(road: Begin) -> None:
    trip = road("rare_disease", levels={"urgent_approval": False}).to("county_review")
    with pytest.raises(Refusal) as refused:
        trip.leave("urgent")
    assert refused.value.code == "urgent_off" and str(refused.value.who_may)


def test_the_database_holds_limit_policy_and_panel_of_urgent_aid(road: Begin) -> None:
    trip = urgent(road)
    aid = UrgentAid.objects.filter(case=trip.case)
    for wrong in ({"amount": 1}, {"outcome": "confirmed", "settled_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            aid.update(**wrong)
    other = road("rare_disease").to("PUBLICITY").case
    made = {name: getattr(aid.get(), name) for name in ("asked_by", "approved_by", "approved_at", "confirm_by")}
    payout = Payout.objects.get(case=other)
    with pytest.raises(IntegrityError, match="begins with the approval"), transaction.atomic():
        UrgentAid.objects.create(
            case=other, payout=payout, policy=other.policy, amount=payout.amount, reasons=[], **made
        )


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
