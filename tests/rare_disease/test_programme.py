"""Rare-disease relief: what is asked, who may apply, and what the answers come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from stdnum import luhn

from cases.award.earlier import Earlier
from cases.award.facts import Claim, FactsFault
from cases.dossier import lacks, rules
from cases.people.rules import check_account, check_id
from cases.policy.rules import Policy
from cases.programme import programme
from workflows.programmes.rare_disease import diseases
from workflows.programmes.rare_disease.award import award
from workflows.programmes.rare_disease.people import demo_account, demo_answers, demo_id
from workflows.programmes.rare_disease.policy import POLICY

CARD = programme("rare_disease")
TODAY = date(2026, 11, 23)
SHIPPED = Policy.from_rows(POLICY["rows"])
STANDARD = [
    "applicant_kind",
    "patient_name",
    "patient_id_no",
    "patient_phone",
    "second_contact_phone",
    "hukou_division",
    "residence_division",
    "address",
    "household_size",
    "household_income",
    "hardship_category",
    "hardship_cert_no",
    "disease_code",
    "diagnosis_hospital",
    "diagnosis_date",
    "insurance_type",
    "cost_from",
    "cost_to",
    "total_cost",
    "insurance_paid",
    "critical_illness_paid",
    "medical_assistance_paid",
    "commercial_paid",
    "other_charity_paid",
    "account_holder",
    "account_no",
    "bank_name",
    "account_relation",
]


def costs(total: str, category: str = "H99", **paid: str) -> dict[str, Any]:
    return {"total_cost": total, "hardship_category": category, "insurance_type": "INS_RES", **paid}


def amount(answers: dict[str, Any], earlier: Earlier | None = None) -> Decimal:
    return award(answers, SHIPPED, earlier or Earlier()).amount


def test_the_card_asks_every_standard_question_of_an_application() -> None:
    assert set(STANDARD) <= {question.key for question in CARD.questions()}


def test_both_national_lists_are_whole_and_found_by_name_other_name_and_pinyin() -> None:
    assert len(diseases.diseases()) == 207
    assert sum(one.code.startswith("1-") for one in diseases.diseases()) == 121
    assert diseases.find("戈谢")[0].code == "1-31"
    assert diseases.find("gexie")[0].code == "1-31"
    assert diseases.find(" 血 友 ")[0].code == "1-36"
    assert diseases.find("没有这种病") == []
    overlapping = {one.code: str(dict(diseases.choices())[one.code]) for one in diseases.find("免疫缺陷")}
    assert "第 66 项" in overlapping["1-94"] and "第 94 项" in overlapping["2-66"]
    assert diseases.find("") == []


@pytest.mark.parametrize(
    "answers,expected",
    [
        (costs("5000"), "0"), (costs("5000.01"), "3000"), (costs("20000", "H02"), "3600"), (costs("20000.01", "H02"), "7200"),
        (costs("80000", "H01"), "12000"), (costs("80000"), "10000"),
        (costs("80000", "H01", insurance_paid="40000", critical_illness_paid="25000"), "3600"),
        (costs("80000", insurance_paid="70000", other_charity_paid="6000"), "0"),
    ],
)  # fmt: skip
def test_the_grant_follows_insurance_first_then_the_tiers(answers: dict[str, Any], expected: str) -> None:
    assert amount(answers) == Decimal(expected)


def test_a_second_claim_of_the_year_is_paid_the_difference() -> None:
    earlier = Earlier(
        claims=(Claim(Decimal("15000"), Decimal("3000")),), this_year=Decimal("3000"), total=Decimal("3000")
    )
    assert amount(costs("30000"), earlier) == Decimal("3000")


def test_a_short_fund_puts_the_case_on_the_waiting_list() -> None:
    found = award(costs("80000"), SHIPPED, Earlier(fund_left=Decimal("5000")))
    assert found.waitlist
    assert found.amount == 0


def test_another_policy_pays_another_amount_for_the_same_answers() -> None:
    from dataclasses import replace

    rows = [
        replace(row, value={**row.value, "amount": "4000"}) if row.name == "award.band1" else row
        for row in POLICY["rows"]
    ]
    assert award(costs("6000"), Policy.from_rows(rows), Earlier()).amount == Decimal("4000")
    assert amount(costs("6000")) == Decimal("3000")


def test_more_paid_than_spent_is_an_error_never_a_negative_cost() -> None:
    with pytest.raises(FactsFault):
        amount(costs("1000", insurance_paid="1200"))


def test_the_form_refuses_more_paid_than_spent_over_all_lines_together() -> None:
    facts = {"total_cost": "1000.00", "insurance_paid": "800.00", "insurance_type": "INS_RES"}
    question = CARD.question("commercial_paid")
    with pytest.raises(rules.Fault) as refused:
        rules.clean_answer(question, "300", facts, today=TODAY)
    assert "加起来" in str(refused.value.sentence)
    assert rules.clean_answer(question, "200", facts, today=TODAY) == "200.00"


def test_the_working_is_printed_line_by_line_in_both_languages() -> None:
    lines = award(costs("80000", insurance_paid="30000"), SHIPPED, Earlier()).lines
    assert all(line.label_zh and line.label_en for line in lines)
    assert lines[-1].amount == Decimal("6000")


@pytest.mark.parametrize("number", range(0, 60, 7))
def test_invented_people_answer_every_question_that_is_asked_and_no_other(number: int) -> None:
    facts: dict[str, Any] = {}
    given = dict(demo_answers(number))
    for key, value in given.items():
        question = rules.TRUTH if key == "truth" else CARD.question(key)
        facts[key] = rules.clean_answer(question, value, facts, today=TODAY)
    asked = {question.key for question in CARD.asked(facts) if question.required}
    assert asked == set(given) - {"truth"}
    assert not lacks.unanswered(CARD, facts)
    assert not lacks.broken(CARD, facts, today=TODAY)


@pytest.mark.parametrize("number", range(0, 2000, 199))
def test_invented_people_are_nobody(number: int) -> None:
    born = date(1960, 5, 6)
    id_no = demo_id(number, born=born, sex="F")
    verdict = check_id(id_no, today=TODAY)
    assert verdict.ok
    assert verdict.birth_date == born
    assert verdict.sex == "F"
    assert id_no.startswith("6499")
    assert luhn.is_valid(demo_account(number))
    assert check_account(demo_account(number)).ok
    assert str(demo_answers(number)["patient_phone"]).startswith("1990000")


def test_six_hundred_invented_people_have_six_hundred_id_numbers() -> None:
    assert len({demo_answers(number)["patient_id_no"] for number in range(600)}) == 600


def test_conditions_are_decided_anew_when_an_earlier_answer_changes() -> None:
    facts = {"hukou_in_ningxia": True, "lives_at_hukou": True}
    assert "residence_division" not in {question.key for question in CARD.asked(facts)}
    assert "residence_division" in {question.key for question in CARD.asked({**facts, "lives_at_hukou": False})}
    assert "insurance_paid" not in {question.key for question in CARD.asked({"insurance_type": "INS_NONE"})}
