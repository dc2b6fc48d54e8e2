"""The caps of a person and of a home hold in every programme, whatever the award is made of."""

from decimal import Decimal

import pytest

from cases.award.earlier import Earlier
from cases.policy.rules import Policy, Row
from cases.programme import programme

ANSWERS = {
    "rare_disease": {"total_cost": "19000", "hardship_category": "H99", "insurance_type": "INS_RES"},
    "cataract": {"hardship_category": "H02", "wanted_eye": "left_eye", "both_eyes": True, "insurance_type": "INS_RES"},
    "hearing": {"devices": "2"},
}


@pytest.mark.parametrize("slug", ANSWERS)
@pytest.mark.parametrize(
    ("cap", "earlier"),
    [
        ("per_year", Earlier(this_year=Decimal(4000))),
        ("per_life", Earlier(total=Decimal(4000))),
        ("household_per_year", Earlier(household_this_year=Decimal(4000))),
    ],
)
def test_what_person_or_home_had_before_leaves_so_much_of_a_cap(slug: str, cap: str, earlier: Earlier) -> None:
    rows = [row for row in programme(slug).policy["rows"] if row.section != "caps"]
    policy = Policy.from_rows([*rows, Row("caps", cap, {"amount": "5000"}, 1, "示例第 12 条", "", "")])
    found = programme(slug).award(ANSWERS[slug], policy, earlier)
    assert (found.amount, found.matched_rows[-1]) == (Decimal(1000), f"caps.{cap}")
