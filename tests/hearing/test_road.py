"""Every way out of the hearing road is taken, by the people who take it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.errors import Invalid, Refusal
from cases.notices.models import Notice
from cases.policy.rules import Row
from cases.policy.validity import faults_of_row
from cases.stock import actions as stock
from cases.stock import centres
from cases.stock.models import Device, Fitting, FittingCheck, Waiting
from tests import flow_facts_devices as facts
from tests.flow_kit import Trip
from workflows.engine import clockwork

pytestmark = pytest.mark.django_db

Begin = Callable[..., Trip]


def letters(trip: Trip) -> list[str]:
    return list(Notice.objects.filter(case=trip.case, channel="page").order_by("id").values_list("code", flat=True))


def states(trip: Trip) -> list[str]:
    return sorted(Device.objects.values_list("state", flat=True))


# --- before the province -----------------------------------------------------------------------------------------------
def test_what_is_not_accepted_ends_with_a_letter(begin: Begin) -> None:
    assert begin(stock=0).not_accept().case.state == "NOT_ACCEPTED"


def test_a_supplement_is_answered_or_lapses(begin: Begin) -> None:
    assert begin(stock=0).supplement().supplement_answered().accept().case.state == "VERIFY"
    assert begin(stock=0).supplement().supplement_lapsed().case.state == "LAPSED"


def test_nobody_under_sixty_is_accepted(begin: Begin) -> None:
    from datetime import date

    from workflows.programmes.hearing.people import demo_id

    trip = begin(stock=0, patient_id_no=demo_id(3, born=date(1990, 5, 6), sex="F"))
    with pytest.raises(Invalid) as refused:
        trip.accept()
    assert refused.value.code == "not_eligible"
    assert "60 周岁以上" in str(refused.value.fields["outcome"])


def test_without_a_centre_nobody_is_accepted(road: Begin) -> None:
    with pytest.raises(Invalid) as refused:
        road("hearing").accept()
    assert refused.value.code == "no_centre"


def test_test_and_home_check_come_before_the_county_in_either_order(begin: Begin) -> None:
    trip = begin().accept()
    assert sorted(trip.open) == ["hearing_test", "village_check"]
    assert trip.audiogram_done().agree().agree().open == ["county_review"]
    other = begin(stock=0).accept()
    assert other.agree().agree().open == ["hearing_test"]
    assert other.audiogram_done().open == ["county_review"]


def test_a_red_flag_ends_with_a_referral_once_the_home_check_is_over(begin: Begin) -> None:
    trip = begin().accept().ear_referred()
    assert letters(trip)[-1] == "N18"
    assert trip.agree().agree().case.state == "NOT_TREATED"
    assert states(trip) == ["in", "in"]


def test_a_test_is_read_by_the_limits_of_the_policy_which_stay_with_it(begin: Begin) -> None:
    rows = {"eligibility.ear_difference": {"count": 20}, "eligibility.standard": {"standard": "WHO2021"}}
    trip = begin(stock=0, rows=rows).accept()
    facts.tested(trip, other="severe")  # 55 and 75 dB, and nobody ticked anything
    found = trip.case.audiograms.get()
    assert found.flags == ["asymmetry"] and "hearing_test" not in trip.open
    assert (found.measured["by"]["standard"], found.measured["by"]["ear_difference"]) == ("WHO2021", "20")
    unknown = Row("eligibility", "standard", {"standard": "ISO"}, 1, "示例第 6 条")
    assert [fault.field for fault in faults_of_row(unknown)] == ["standard"]


@pytest.mark.parametrize(
    ("at", "to"), [("county_review", "intake"), ("province_confirm", "intake"), ("province_confirm", "county_review")]
)
def test_a_return_goes_to_the_chosen_step(begin: Begin, at: str, to: str) -> None:
    trip = begin().to(at).leave("return", to_step=to)
    assert trip.open == [to] and trip.case.round == 2


def test_who_disagrees_sends_the_case_up(begin: Begin) -> None:
    assert begin().to("county_review").disagree().open == ["province_confirm"]


# --- the province and the stock ----------------------------------------------------------------------------------------
def test_a_rejection_is_confirmed_by_a_second_person_or_comes_back(begin: Begin) -> None:
    trip = begin().to("province_confirm").reject().leave("object")
    assert trip.open == ["province_confirm"]
    assert trip.reject().confirm().case.state == "REJECTED" and letters(trip)[-1] == "N10"


def test_the_word_of_the_province_reserves_a_device_for_the_better_ear(begin: Begin) -> None:
    trip = begin().to("publicity")
    fitting = Fitting.objects.get()
    assert (fitting.device.state, fitting.device.case, fitting.device.part) == ("reserved", trip.case, fitting.part)
    assert trip.case.award == Decimal(2000) and states(trip) == ["in", "reserved"]


def severe(begin: Begin, stock_of: int) -> Trip:
    trip = begin(stock=stock_of, model="大功率").accept()
    facts.tested(trip, "severe")
    return trip.agree().agree().agree()


def test_two_severe_ears_get_two_devices_where_stock_allows_and_one_where_it_does_not(begin: Begin) -> None:
    two = severe(begin, 3).agree()
    assert (two.case.award, two.case.fittings.count()) == (Decimal(4000), 2)
    one = severe(begin, 0).agree()
    assert (one.case.award, one.case.fittings.count()) == (Decimal(2000), 1)


def test_hearing_outside_the_bounds_of_the_policy_is_not_agreed_to(begin: Begin) -> None:
    trip = begin().accept()
    facts.tested(trip, "profound")
    with pytest.raises(Invalid) as refused:
        trip.agree().agree().agree().agree()
    assert refused.value.code == "out_of_bounds" and states(trip) == ["in", "in"]


def test_a_test_that_is_too_old_is_made_again(begin: Begin) -> None:
    trip = begin().to("province_confirm").days(184)
    with pytest.raises(Invalid) as refused:
        trip.agree()
    assert refused.value.code == "audiogram_old"


def test_an_empty_store_means_waiting_and_a_device_that_comes_in_goes_to_the_first_in_line(begin: Begin) -> None:
    trip = begin(stock=0).to("province_confirm")
    with pytest.raises(Invalid) as refused:
        trip.agree()
    assert refused.value.code == "no_stock"
    assert trip.waitlist().case.state == "WAITLIST" and letters(trip)[-1] == "N11"
    assert trip.device_offered().open == ["province_confirm"]
    assert states(trip) == ["reserved"] and not Waiting.objects.filter(left_at=None).exists()
    with pytest.raises(Invalid) as has_one:
        trip.waitlist()
    assert has_one.value.code == "has_device"
    assert trip.agree().case.state == "PUBLICITY"


def test_the_list_goes_by_loss_then_time_then_age_and_says_why(begin: Begin) -> None:
    mild, worse = begin(stock=0).to("province_confirm").waitlist(), severe(begin, 0).waitlist()
    assert [row.case_id for row, _need in centres.waiting_list()] == [worse.case.pk, mild.case.pk]
    seen = centres.queue(mild.cast["prov_review"])
    assert [(row["place"], row["case"].pk) for row in seen] == [(1, worse.case.pk), (2, mild.case.pk)]
    assert "重度" in seen[0]["why"] and "中度" in seen[1]["why"]
    facts.devices.arrive(mild.cast, 1, first=700)  # suits the milder loss alone: it does not wait for the other
    clockwork.one_pass()
    mild.case.refresh_from_db()
    assert mild.open == ["province_confirm"]


def test_who_comes_new_does_not_pass_who_waits_in_greater_need(begin: Begin) -> None:
    first = severe(begin, 0).waitlist()
    newcomer = severe(begin, 0)
    facts.devices.arrive(first.cast, 1, first=900, model="大功率")
    with pytest.raises(Invalid) as refused:
        newcomer.agree()
    assert refused.value.code == "no_stock"
    clockwork.one_pass()
    assert Fitting.objects.get().case_id == first.case.pk


# --- the public notice -------------------------------------------------------------------------------------------------
def test_an_upheld_objection_ends_the_case_and_frees_the_device(begin: Begin) -> None:
    trip = begin().to("publicity").objection_filed().objection_upheld()
    assert trip.case.state == "REJECTED" and states(trip) == ["in", "in"]


def test_a_dismissed_objection_lets_the_case_go_on(begin: Begin) -> None:
    trip = begin().to("publicity").objection_filed().objection_dismissed().publicity_closed()
    assert trip.open == ["grant"]


def test_a_withdrawal_frees_the_device_for_the_next(begin: Begin) -> None:
    trip = begin().to("publicity")
    dossier.withdraw(case=trip.case, reason="家里已经给买了，不要了。", by=trip.cast["applicant1"])
    assert states(trip) == ["in", "in"]


# --- fitting -----------------------------------------------------------------------------------------------------------
def test_a_device_is_issued_the_day_is_told_and_it_is_fitted(begin: Begin) -> None:
    trip = begin().to("delivery").device_issued()
    assert states(trip) == ["in", "issued"] and trip.case.state == "DELIVERY"
    trip.fitting_invited()
    assert letters(trip)[-1] == "N17"
    trip.fitted()
    assert states(trip) == ["delivered", "in"] and trip.case.state == "FOLLOWUP"
    assert list(FittingCheck.objects.order_by("day").values_list("day", flat=True)) == [7, 30, 90, 365]


def test_a_test_counts_while_the_audiometer_is_calibrated_as_the_policy_asks(begin: Begin) -> None:
    trip = begin(stock=0).accept()
    with pytest.raises(Invalid) as refused:
        facts.tested(trip, calibrated=367)
    assert [*refused.value.fields] == ["calibrated_on"] and "366" in str(refused.value.fields["calibrated_on"])
    facts.tested(trip, calibrated=366)
    assert trip.case.audiograms.count() == 1


def test_a_check_is_done_three_days_early_at_most(begin: Begin) -> None:
    trip = begin().to("delivery").fitted().days(3)
    check = FittingCheck.objects.get(fitting__case=trip.case, day=7)
    given = {"hours_worn": Decimal(8), "condition": "good", "by": trip.cast["hearing_centre"]}
    with pytest.raises(Refusal) as refused:
        stock.record_check(check=check, **given)
    assert refused.value.code == "too_early"
    trip.days(1)
    assert stock.record_check(check=check, **given).done_on is not None


def test_all_four_checks_close_the_case(begin: Begin) -> None:
    trip = begin().to("delivery").fitted().check_done()
    assert sorted(trip.open) == ["call_back", "fee", "follow_up"]
    trip.again().done().fee_due()
    assert trip.open == ["follow_up", "fee_review"]
    trip.at("fee_review").agree().payment_batched().payment_unbatched().payment_sent().payment_unknown()
    assert trip.payment_failed().open == ["follow_up", "fee_repair"] and trip.case.state == "FOLLOWUP"
    assert trip.account_repaired().payment_paid().open == ["follow_up"]
    assert trip.checks_over().case.state == "CLOSED"


def test_a_device_given_back_in_thirty_days_earns_no_fee_and_goes_after_a_look_to_the_next_in_line(
    begin: Begin,
) -> None:
    trip = begin(stock=1).to("delivery").fitted()
    waiting = begin(stock=0).to("province_confirm").waitlist()
    trip.fee_void().done()
    assert trip.case.state == "NOT_TREATED" and states(trip) == ["returned"]
    clockwork.one_pass()
    assert states(trip) == ["returned"], "nobody gets it before it was looked at"
    stock.write_move(
        device=Device.objects.get(), kind="inspected", reason="已清洁消毒，功能正常。", by=trip.cast["hearing_centre"]
    )
    clockwork.one_pass()
    waiting.case.refresh_from_db()
    assert waiting.open == ["province_confirm"] and states(trip) == ["reserved"]
    assert waiting.to("delivery").fitted().case.state == "FOLLOWUP", "it lies at the centre and is not issued again"


def test_a_device_given_back_before_the_fee_was_approved_ends_the_fee_and_the_case(begin: Begin) -> None:
    trip = begin().to("delivery").fitted().fee_due().at("fee_review").fee_void().done()
    assert trip.case.state == "NOT_TREATED" and letters(trip)[-1] == "N22"


def test_after_thirty_days_nothing_is_given_back_and_who_pays_no_fee_says_why(begin: Begin) -> None:
    trip = begin().to("delivery").fitted().days(31)
    with pytest.raises(Refusal) as refused:
        trip.device_returned()
    assert refused.value.code == "too_late"
    assert trip.fee_due().no_fee(reasons=["J34"]).open == ["follow_up", "call_back"]


def test_who_does_not_want_the_device_ends_the_case_and_frees_it(begin: Begin) -> None:
    trip = begin().to("delivery").device_issued().fitting_ended()
    assert trip.case.state == "NOT_TREATED" and states(trip) == ["in", "returned"]


def test_when_the_person_dies_no_check_is_waited_for_and_only_a_fee_that_was_due_is_paid(begin: Begin) -> None:
    early = begin().to("delivery").fitted().done()
    with pytest.raises(Invalid) as refused:
        stock.end_checks(
            fitting=early.case.fittings.get(),
            died_on=clock.today() + timedelta(days=1),
            note="",
            by=early.cast["hearing_centre"],
        )
    assert sorted(refused.value.fields) == ["died_on", "note"]
    facts.died(early)
    early.case.refresh_from_db()
    assert early.case.state == "CLOSED" and not early.case.payouts.exclude(state="void").exists()
    assert "delivered" in states(early) and "returned" not in states(early), "nothing is recovered: the family has it"
    with pytest.raises(Refusal, match="没有还要做的复查"):
        facts.died(early)

    late = begin(stock=0).to("delivery").fitted().fee_due().done()
    facts.died(late)
    late.case.refresh_from_db()
    assert late.case.state == "FOLLOWUP" and late.open == ["fee_review"]
    assert late.agree().payment_paid().case.state == "CLOSED"


def test_every_way_out_is_taken(unvisited: Callable[[str], list[str]]) -> None:
    assert unvisited("hearing") == []
