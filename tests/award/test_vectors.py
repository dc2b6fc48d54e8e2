"""The acceptance vectors of the calculator, one row of the field's table a test."""

from decimal import Decimal
from typing import Any

import pytest

from cases.award.facts import Claim, Facts, FactsFault
from cases.award.rules import Award, award
from cases.policy.rules import Policy, Row
from tests.award import shapes


def offered(policy: Policy, total: str = "0", **facts: Any) -> Decimal:
    return award(policy, Facts(total=Decimal(total), **facts)).amount


@pytest.mark.parametrize(
    ("self_pay", "amount"),
    [("5000.00", "0"), ("5000.01", "5000"), ("10000.00", "5000"), ("10000.01", "10000"), ("30000.00", "20000"),
     ("30000.01", "30000")],
)  # fmt: skip
def test_closed_bands_take_in_their_upper_end(self_pay: str, amount: str) -> None:
    assert offered(shapes.CLOSED_BANDS, self_pay) == Decimal(amount)


def test_the_third_operation_pays_what_the_lifetime_limit_leaves() -> None:
    assert offered(shapes.CLOSED_BANDS, "35000", granted_total=Decimal("28000")) == 2000


@pytest.mark.parametrize(("self_pay", "amount"), [("10000.00", "0"), ("10000.01", "4000"), ("20000.01", "8000")])
def test_a_threshold_adds_to_what_lower_thresholds_gave(self_pay: str, amount: str) -> None:
    assert offered(shapes.ADD_ON, self_pay) == Decimal(amount)


def test_a_later_claim_over_the_next_threshold_pays_the_difference() -> None:
    first = Claim(Decimal("12000"), Decimal("4000"))
    assert offered(shapes.ADD_ON, "10000", earlier_claims=(first,)) == 4000
    second = Claim(Decimal("10000"), Decimal("4000"))
    assert offered(shapes.ADD_ON, "38000", earlier_claims=(first, second)) == 0


@pytest.mark.parametrize(
    ("self_pay", "amount"),
    [
        ("1999.99", "0"),
        ("2000", "2000"),
        ("2999.99", "2000"),
        ("3000", "2550"),
        ("11764.71", "10000"),
        ("20000", "10000"),
    ],
)
def test_fixed_below_and_a_ratio_above(self_pay: str, amount: str) -> None:
    assert offered(shapes.FIXED_THEN_RATIO, self_pay) == Decimal(amount)


@pytest.mark.parametrize(("price", "amount"), [("1200", "1200"), ("1800", "1500")])
def test_an_item_is_paid_up_to_its_limit(price: str, amount: str) -> None:
    assert offered(shapes.LENS, items={"lens": Decimal(price)}) == Decimal(amount)


@pytest.mark.parametrize(
    ("self_pay", "category", "amount"),
    [("20000", "H02", "3600"), ("20000.01", "H02A", "7200"), ("80000", "H01", "12000"), ("80000", "H09", "10000")],
)
def test_rare_disease_bands_with_uplift_and_yearly_limit(self_pay: str, category: str, amount: str) -> None:
    assert offered(shapes.RARE_DISEASE, self_pay, categories=(category,)) == Decimal(amount)


def test_the_second_claim_of_a_year_is_summed_and_pays_the_difference() -> None:
    assert offered(shapes.RARE_DISEASE, "15000") == 3000
    first = Claim(Decimal("15000"), Decimal("3000"))
    assert offered(shapes.RARE_DISEASE, "30000", earlier_claims=(first,)) == 3000


def test_a_third_claim_of_the_year_pays_nothing_and_says_so() -> None:
    twice = (Claim(Decimal("15000"), Decimal("3000")), Claim(Decimal("10000"), Decimal("3000")))
    answer = award(shapes.RARE_DISEASE, Facts(total=Decimal("90000"), earlier_claims=twice))
    assert answer.amount == 0
    assert "一年最多申请 2 次" in [line.label_zh for line in answer.lines]


def test_a_short_fund_offers_what_is_left_when_the_policy_says_so() -> None:
    answer = award(shapes.RARE_DISEASE, Facts(total=Decimal("80000"), fund_left=Decimal("5000")))
    assert (answer.amount, answer.wanted, answer.waitlist) == (Decimal("5000"), Decimal("10000"), False)


def test_a_short_fund_puts_on_the_waiting_list_when_the_policy_says_so() -> None:
    rows = [row for row in shapes.RARE_DISEASE.rows if row.key != "fund_short"]
    waits = Policy.from_rows([*rows, Row("caps", "fund_short", {"mode": "waitlist"})])
    answer = award(waits, Facts(total=Decimal("80000"), fund_left=Decimal("5000")))
    assert (answer.amount, answer.wanted, answer.waitlist) == (Decimal(0), Decimal("10000"), True)


@pytest.mark.parametrize(
    ("self_pay", "facts", "amount"),
    [
        ("900", {"categories": ("H02",)}, "900"),
        ("1800", {"categories": ("H02",)}, "1500"),
        ("600", {"categories": ("H09",)}, "600"),
        ("1800", {"categories": ("H09",)}, "800"),
        ("2600", {"insured": False}, "2000"),
        ("3900", {"categories": ("H02",), "excluded": Decimal("3000")}, "900"),
    ],
)
def test_cataract_pays_actual_cost_up_to_a_limit(self_pay: str, facts: dict[str, Any], amount: str) -> None:
    assert offered(shapes.CATARACT, self_pay, **facts) == Decimal(amount)


def test_flat_amounts_by_stage_need_no_costs() -> None:
    assert [offered(shapes.SILICOSIS, stage=stage) for stage in ("1", "2", "3", "0+")] == [2000, 3000, 5000, 0]


def test_flat_sums_look_at_no_costs_and_keep_to_the_limits() -> None:
    assert offered(shapes.SILICOSIS, "100", stage="3") == 5000
    assert offered(shapes.BY_CATEGORY, "100", categories=("H09",)) == 3000
    assert offered(shapes.BY_CATEGORY, categories=("H02C",), minor=True) == 6000


def test_an_item_billed_for_each_eye_is_held_against_its_limit_each_time() -> None:
    assert offered(shapes.LENS, items={"lens": (Decimal("1200"), Decimal("1800"))}) == 2700
    paid = Facts(
        total=Decimal("3000"), deductions={"basic_insurance": Decimal("2500")}, items={"lens": Decimal("1800")}
    )
    assert award(shapes.LENS, paid).amount == 500


def test_a_minor_gets_the_extra_but_never_more_than_was_paid() -> None:
    assert offered(shapes.CORNEA, "12000", minor=True) == 7000
    assert offered(shapes.CORNEA, "2500", minor=True) == 2500


def test_insurance_goes_first_and_each_deduction_is_printed_in_order() -> None:
    facts = Facts(
        total=Decimal("100000"),
        excluded=Decimal("10000"),
        deductions={
            "other_charity": Decimal("5000"),
            "basic_insurance": Decimal("50000"),
            "medical_assistance": Decimal("8000"),
        },
    )
    answer = award(shapes.RARE_DISEASE, facts)
    assert answer.self_pay == 27000
    assert [line.label_en for line in answer.lines if line.kind == "minus"] == [
        "Less: costs that do not count",
        "Less: Basic medical insurance",
        "Less: Medical assistance",
        "Less: Other charity",
    ]
    assert answer.amount == 6000


def test_costs_outside_the_catalogue_count_only_when_the_policy_says_so() -> None:
    facts = Facts(total=Decimal("26000"), out_of_scope=Decimal("7000"))
    assert award(shapes.RARE_DISEASE, facts).self_pay == 19000
    counts = Row("award", "self_pay", {"shape": "self_pay", "out_of_scope": True})
    wide = Policy.from_rows([*shapes.RARE_DISEASE.rows, counts])
    assert award(wide, facts).self_pay == 26000


def test_the_household_limit_counts_what_the_family_got() -> None:
    both = Policy.from_rows([*shapes.RARE_DISEASE.rows, Row("caps", "household_per_year", {"amount": "15000"})])
    assert offered(both, "60000", household_this_year=Decimal("12000")) == 3000


def test_a_number_is_rounded_half_up_to_the_fen() -> None:
    ratio = shapes.policy(shapes.band(None, from_="0", ratio="0.85"))
    assert offered(ratio, "0.10") == Decimal("0.09")  # 0.085 goes up


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"total": "-1"}, "total"),
        ({"total": "1.005"}, "total"),
        ({"total": 1.5}, "total"),
        ({"total": "abc"}, "total"),
        ({"total": "NaN"}, "total"),
        ({"total": "9" * 40}, "total"),
        ({"total": "10", "deductions": {"basic_insurance": "11"}}, "deductions"),
        ({"total": "10", "deductions": {"lottery": "1"}}, "deductions.lottery"),
        ({"total": "10", "out_of_scope": "8", "deductions": {"commercial": "5"}}, "deductions"),
        ({"earlier_claims": [{"self_pay": "x"}]}, "earlier_claims.self_pay"),
        ({"insured": "yes"}, "insured"),
        ({"categories": "H01"}, "categories"),
        ({"totl": "1"}, "totl"),
    ],
)
def test_a_wrong_fact_is_named_by_its_field(data: dict[str, Any], field: str) -> None:
    with pytest.raises(FactsFault) as fault:
        award(shapes.RARE_DISEASE, Facts.from_json(data))
    assert fault.value.field == field
    assert fault.value.message_zh and fault.value.message_en


def test_facts_and_working_survive_being_stored_as_json() -> None:
    facts = Facts(
        total=Decimal("40000.50"),
        deductions={"commercial": Decimal("3.20")},
        categories=("H02B",),
        fund_left=Decimal("9"),
        earlier_claims=(Claim(Decimal("1"), Decimal("0")),),
        other={"donated_drugs": True},
    )
    answer = award(shapes.RARE_DISEASE, facts)
    assert Facts.from_json(facts.to_json()) == facts
    assert Award.from_json(answer.to_json()) == answer


def test_the_working_cites_the_rows_it_used() -> None:
    facts = Facts(total=Decimal("80000"), categories=("H01",), granted_this_year=Decimal("1000"))
    answer = award(shapes.RARE_DISEASE, facts)
    assert answer.matched_rows == ("award.row2", "award.row3", "caps.per_year")
    assert answer.amount == 11000
    assert [line.note for line in answer.lines if line.kind == "plus"] == ["第3条"]
