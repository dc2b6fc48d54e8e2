"""Every way out of the rare-disease road is taken once, by the people who take it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.apply.actions import correct_account
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.errors import Invalid, Refusal
from cases.evidence import actions as evidence
from cases.money import actions as money
from cases.money.models import Payout, PayoutAttempt
from cases.money.queries import balance
from cases.money.testbank import Fault, SimulatedBank
from cases.notices.models import Notice
from cases.people.queries import current_account
from cases.policy import actions as policy
from cases.publicity import actions as publicity
from tests.desk.road import new_case, road
from workflows import actions
from workflows.models import Decision, WorkItem
from workflows.programmes.rare_disease.policy import POLICY
from workflows.walking import drive
from workflows.walking.papers import picture

__all__ = ["new_case", "road"]
pytestmark = pytest.mark.django_db

Make = Callable[..., Case]
NEEDED = {"items": [{"kind": "material", "key": "D06", "reason": "S06", "note": "缺医院章"}]}
FINANCE = {"maker": "fin_make", "checker": "fin_check", "releaser": "fin_release"}
WHY = "家里已经借到钱，不申请了。"


def file(number: int, cast: Any) -> Case:
    """A new application."""
    return drive.apply(slug="rare_disease", number=number, by=cast["applicant1"])


def panel(case: Case, cast: Any, choice: str = "agree") -> None:
    members = [cast[f"panel{number}"] for number in range(1, 6)]
    drive.panel([case], head=cast["prov_head"], members=members, choice=choice)


def published_case(new_case: Make, cast: Any) -> Case:
    """A case on a public list."""
    case = new_case(1, "PANEL")
    panel(case, cast)
    drive.give_notice([case], by=cast["publicity"])
    return case


def payable_case(new_case: Make, cast: Any) -> Case:
    """A case whose money may be paid today."""
    case = published_case(new_case, cast)
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    return case


def batch(purse: Any, cast: Any) -> tuple[Any, bytes]:
    return drive.send_batch(of=purse, **{post: cast[name] for post, name in FINANCE.items()})


def answer(sent: tuple[Any, bytes], cast: Any, faults: Any = None) -> None:
    drive.bank_answers(*sent, maker=cast["fin_make"], checker=cast["fin_check"], faults=faults)


def letters(case: Case) -> list[str]:
    return list(Notice.objects.filter(case=case, channel="page").order_by("id").values_list("code", flat=True))


# --- county ------------------------------------------------------------------------------------------------------------
def test_what_is_not_accepted_ends_with_a_letter_and_no_rejection(new_case: Make) -> None:
    case = new_case(1)
    drive.step(case, "not_accept")
    assert case.state == "NOT_ACCEPTED" and case.closed_at is not None
    assert "N03" in letters(case) and "N10" not in letters(case)
    assert not WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).exists()


def test_an_answered_supplement_comes_back_to_intake(cast: Any, new_case: Make) -> None:
    case = new_case(1)
    drive.step(case, "supplement", data=NEEDED)
    assert case.state == "SUPPLEMENT"
    evidence.add_file(case=case, material_code="D06", upload=picture("D06", seed=7), by=cast["applicant1"])
    evidence.answer_supplement(case=case, by=cast["applicant1"])
    case.refresh_from_db()
    assert case.state == "INTAKE"
    drive.step(case, "accept")
    assert case.state == "VERIFY"


@pytest.mark.parametrize("to", ["intake", "town_check", "county_review", "city_recheck"])
def test_a_return_goes_to_the_chosen_level_keeps_every_opinion_and_raises_the_round(new_case: Make, to: str) -> None:
    case = new_case(1, "PROVINCE")
    before = {one.pk: one.opinion for one in Decision.objects.filter(case=case)}
    drive.step(case, "return", to_step=to)
    assert drive.open_item(case).step == to and case.round == 2
    assert {one.pk: one.opinion for one in Decision.objects.filter(pk__in=before)} == before
    assert Decision.objects.get(case=case, outcome="return").to_step == to


def test_a_returned_case_comes_up_again_level_by_level(new_case: Make) -> None:
    case = new_case(1, "CITY")
    drive.step(case, "return", to_step="county_review")
    drive.to(case, "PROVINCE")
    again = Decision.objects.filter(case=case, round=2).order_by("id").values_list("step", "level")
    assert list(again) == [("county_review", 2), ("city_recheck", 3)]


def test_a_return_without_a_level_or_without_a_reason_is_refused(new_case: Make) -> None:
    case = new_case(1, "CITY")
    with pytest.raises(Invalid) as refused:
        drive.step(case, "return", reasons=[], opinion="短")
    assert set(refused.value.fields) == {"reasons", "opinion", "to_step"}
    with pytest.raises(Invalid):
        drive.step(case, "return", to_step="province_review")
    case.refresh_from_db()
    assert (case.state, case.round) == ("CITY", 1)


@pytest.mark.parametrize(("state", "following"), [("COUNTY", "CITY"), ("CITY", "PROVINCE")])
def test_who_disagrees_sends_the_case_up_and_the_level_above_decides(
    new_case: Make, state: str, following: str
) -> None:
    case = new_case(1, state)
    drive.step(case, "disagree")
    assert case.state == following and case.round == 1
    assert Decision.objects.get(case=case, outcome="disagree").reasons


# --- province and panel ------------------------------------------------------------------------------------------------
def test_a_rejection_is_confirmed_by_a_second_person_and_told_with_its_reasons(new_case: Make) -> None:
    case = new_case(1, "PROVINCE")
    drive.step(case, "reject")
    assert case.state == "PROVINCE" and drive.open_item(case).step == "reject_check"
    drive.step(case, "confirm")
    assert case.state == "REJECTED" and letters(case)[-1] == "N10"
    first, second = (Decision.objects.get(case=case, outcome=name) for name in ("reject", "confirm"))
    assert first.actor_id != second.actor_id


def test_a_second_person_who_objects_sends_the_case_back_to_the_province(new_case: Make) -> None:
    case = new_case(1, "PROVINCE")
    drive.step(case, "reject")
    drive.step(case, "object")
    assert (drive.open_item(case).step, case.round) == ("province_review", 2)
    drive.step(case, "agree")
    assert case.state == "PANEL"


def test_the_panel_rejects(cast: Any, new_case: Make, funded: Any) -> None:
    funded("rare_disease", "50000")
    case = new_case(1, "PANEL")
    panel(case, cast, "reject")
    assert case.state == "REJECTED" and letters(case)[-1] == "N10"
    assert not Payout.objects.filter(case=case).exists()


def test_the_panel_defers_and_meets_again(cast: Any, new_case: Make, funded: Any) -> None:
    funded("rare_disease", "50000")
    case = new_case(1, "PANEL")
    panel(case, cast, "defer")
    assert case.state == "DEFERRED"
    panel(case, cast)
    assert case.state == "PUBLICITY"


def test_a_dry_fund_means_waiting_and_money_lets_it_go_on(cast: Any, new_case: Make, funded: Any) -> None:
    purse = funded("rare_disease", "1")
    case = new_case(1, "PANEL")
    panel(case, cast)
    assert case.state == "WAITLIST" and letters(case)[-1] == "N07"
    assert not Payout.objects.filter(case=case).exists()
    money.receive_gift(fund=purse, amount=Decimal("50000"), source="演示捐赠", by=cast["fin_make"])
    panel(case, cast)
    assert case.state == "PUBLICITY"
    assert Payout.objects.get(case=case).state == "reserved"


# --- publicity ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("upheld", [True, False])
def test_an_objection_holds_the_case_and_ends_or_frees_it(cast: Any, new_case: Make, funded: Any, upheld: bool) -> None:
    purse = funded("rare_disease", "50000")
    case = published_case(new_case, cast)
    made = publicity.file_objection(entry=case.public_entries.get(), text="这一家在县城有两套房子，情况不符。")
    case.refresh_from_db()
    assert case.state == "OBJECTION"
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == "OBJECTION"
    publicity.close_objection(
        objection=made, upheld=upheld, reasons=["J20"], finding="查了不动产登记，结论写在这里。", by=cast["publicity"]
    )
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == ("REJECTED" if upheld else "GRANTED")
    assert Payout.objects.get(case=case).state == ("void" if upheld else "reserved")
    assert (balance(cast["fin_make"], purse).reserved == 0) is upheld


# --- payment -----------------------------------------------------------------------------------------------------------
def test_a_failed_payment_is_repaired_and_paid_without_a_new_panel(cast: Any, new_case: Make, funded: Any) -> None:
    purse = funded("rare_disease", "50000")
    case = payable_case(new_case, cast)
    answer(batch(purse, cast), cast, {0: Fault.ACCOUNT})
    case.refresh_from_db()
    assert case.state == "FAILED" and letters(case)[-1] == "N13"
    account = current_account(case)
    assert account is not None
    given = {
        "holder": str(account.holder), "bank_name": "演示农村商业银行", "relation": "SELF", "by": cast["applicant1"],
    }  # fmt: skip
    correct_account(case=case, account="6228480000099999999", card=picture("D09", seed=9), **given)
    case.refresh_from_db()
    assert case.state == "REPAIR"
    drive.step(case, "ask_again")
    assert case.state == "FAILED"
    correct_account(case=case, account="6228480000088888888", card=picture("D09", seed=8), **given)
    case.refresh_from_db()
    drive.step(case, "confirm")
    assert case.state == "PAYABLE"
    answer(batch(purse, cast), cast)
    case.refresh_from_db()
    assert case.state == "FOLLOWUP" and letters(case)[-1] == "N12"
    assert [one.state for one in PayoutAttempt.objects.order_by("number")] == ["failed", "paid"]
    assert WorkItem.objects.filter(case=case, step="panel").count() == 1


def test_a_silent_bank_leaves_the_case_unknown_and_the_answer_settles_it(
    cast: Any, new_case: Make, funded: Any
) -> None:
    purse = funded("rare_disease", "50000")
    case = payable_case(new_case, cast)
    sent = batch(purse, cast)
    drive.bank_answers(*sent, maker=cast["fin_make"], checker=cast["fin_check"], faults={0: Fault.SILENT})
    case.refresh_from_db()
    assert case.state == "UNKNOWN"
    answer(sent, cast)
    case.refresh_from_db()
    assert case.state == "FOLLOWUP"


def test_money_that_the_bank_returns_opens_the_account_repair(cast: Any, new_case: Make, funded: Any) -> None:
    purse = funded("rare_disease", "50000")
    case = payable_case(new_case, cast)
    made, data = batch(purse, cast)
    bank = SimulatedBank()
    bank.take(data)
    for late in (bank.answer(made.number), bank.send_back(made.number, [f"{made.number}0001"])):
        assert late is not None
        made.refresh_from_db()
        imported = money.import_answer(batch=made, data=late, by=cast["fin_make"])
        money.accept_answer(answer=imported, by=cast["fin_check"])
    case.refresh_from_db()
    assert (case.state, drive.open_item(case).step) == ("RETURNED", "account_repair")


def test_an_office_may_visit_a_second_time_before_a_case_is_closed(cast: Any, funded: Any) -> None:
    rows = [
        replace(row, value={"on": True}) if row.name == "levels.second_follow_up" else row for row in POLICY["rows"]
    ]
    draft = policy.load_policy(programme="rare_disease", version={**POLICY, "rows": rows}, by=cast["policy_edit"])
    policy.publish(version=draft, by=cast["policy_publish"])
    purse = funded("rare_disease", "50000")
    case = payable_case(lambda number, state: drive.to(file(number, cast), state), cast)
    answer(batch(purse, cast), cast)
    case.refresh_from_db()
    drive.step(case, "done")
    second = drive.open_item(case)
    assert (second.step, case.state) == ("second_follow_up", "FOLLOWUP")
    assert second.due_on == clock.today() + timedelta(days=180)
    drive.step(case)
    assert case.state == "CLOSED"


def test_without_that_level_the_first_visit_closes_the_case(cast: Any, new_case: Make, funded: Any) -> None:
    purse = funded("rare_disease", "50000")
    case = payable_case(new_case, cast)
    answer(batch(purse, cast), cast)
    case.refresh_from_db()
    drive.step(case, "done")
    assert case.state == "CLOSED"


# --- out of the road ---------------------------------------------------------------------------------------------------
def test_ending_a_case_gives_the_money_back_and_tells_the_applicant(cast: Any, new_case: Make, funded: Any) -> None:
    purse = funded("rare_disease", "50000")
    case = published_case(new_case, cast)
    assert balance(cast["fin_make"], purse).reserved == case.award
    actions.terminate(case=case, reasons=["J01"], opinion="患者已经去世，家属来电告知。", by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == "TERMINATED" and Payout.objects.get(case=case).state == "void"
    assert balance(cast["fin_make"], purse).reserved == 0 and letters(case)[-1] == "N22"


def test_a_withdrawal_before_the_batch_gives_the_money_back(cast: Any, new_case: Make, funded: Any) -> None:
    purse = funded("rare_disease", "50000")
    case = payable_case(new_case, cast)
    dossier.withdraw(case=case, reason=WHY, by=cast["applicant1"])
    case.refresh_from_db()
    assert case.state == "WITHDRAWN" and Payout.objects.get(case=case).state == "void"
    assert balance(cast["fin_make"], purse).reserved == 0
    with pytest.raises(Refusal):
        dossier.withdraw(case=case, reason=WHY, by=cast["applicant1"])


def test_in_a_batch_neither_applicant_nor_office_ends_a_case_and_both_hear_who_may(
    cast: Any, new_case: Make, funded: Any
) -> None:
    purse = funded("rare_disease", "50000")
    case = payable_case(new_case, cast)
    batch(purse, cast)
    for end in (
        lambda: dossier.withdraw(case=case, reason=WHY, by=cast["applicant1"]),
        lambda: actions.terminate(
            case=case, reasons=["J01"], opinion="患者已经去世，家属来电告知。", by=cast["prov_head"]
        ),
    ):
        with pytest.raises(Refusal) as refused:
            end()
        assert refused.value.code == "too_late" and str(refused.value.who_may)
    case.refresh_from_db()
    assert case.state == "SENT" and Payout.objects.get(case=case).state == "sent"
