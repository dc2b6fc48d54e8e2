"""What holds for every amount whatever the facts are."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.award.facts import Claim, Facts
from cases.award.rules import award
from tests.award import shapes

amounts = st.decimals(min_value=0, max_value=200_000, places=2)
names = st.sampled_from(sorted(shapes.ALL))
categories = st.sampled_from([(), ("H01",), ("H02C",), ("H05",), ("H09", "H03")])


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    total, insurance, charity = draw(amounts), draw(amounts), draw(amounts)
    if insurance + charity > total:
        insurance, charity = total / 2 // Decimal("0.01") * Decimal("0.01"), Decimal(0)
    granted = draw(amounts)
    earlier = draw(st.lists(st.builds(lambda cost, part: Claim(cost, min(cost, part)), amounts, amounts), max_size=2))
    return Facts(
        total=total,
        deductions={"basic_insurance": insurance, "other_charity": charity},
        categories=draw(categories),
        insured=draw(st.booleans()),
        minor=draw(st.booleans()),
        stage=draw(st.sampled_from(["", "1", "2", "3"])),
        earlier_claims=tuple(earlier),
        granted_this_year=granted,
        granted_total=granted + draw(amounts),
        fund_left=draw(st.none() | amounts),
    )


@given(names, facts())
def test_an_award_is_never_negative_and_never_above_any_limit(name: str, told: Facts) -> None:
    policy = shapes.ALL[name]
    answer = award(policy, told)
    assert answer.amount >= 0
    assert answer.amount == round(answer.amount, 2)
    if told.fund_left is not None:
        assert answer.amount <= told.fund_left
    for cap, used in (("per_year", told.granted_this_year), ("per_life", told.granted_total)):
        limit = policy.cap(cap)
        assert limit is None or answer.amount <= max(Decimal(0), limit - used)
    if name != "silicosis":
        costs = answer.self_pay + sum(claim.self_pay for claim in told.earlier_claims)
        assert answer.amount <= costs


@given(names, facts())
def test_the_costs_of_the_working_add_up(name: str, told: Facts) -> None:
    answer = award(shapes.ALL[name], told)
    assert (
        sum(line.amount for line in answer.lines if line.kind == "cost")
        + sum(line.amount for line in answer.lines if line.kind == "minus" and "前次" not in line.label_zh)
        == answer.self_pay
    )
    assert answer.lines[-1].amount == answer.amount
    cutting = [line.amount for line in answer.lines if line.cuts]
    assert not cutting or answer.amount <= min(cutting)


@pytest.mark.parametrize("name", sorted(shapes.ALL))
@given(lower=amounts, more=amounts, held=categories)
def test_whoever_paid_more_never_gets_less(name: str, lower: Decimal, more: Decimal, held: tuple[str, ...]) -> None:
    less = award(shapes.ALL[name], Facts(total=lower, categories=held))
    much = award(shapes.ALL[name], Facts(total=lower + more, categories=held))
    assert much.amount >= less.amount


@given(first=amounts, second=amounts, held=categories)
def test_two_claims_of_a_year_give_what_one_would(first: Decimal, second: Decimal, held: tuple[str, ...]) -> None:
    one = award(shapes.RARE_DISEASE, Facts(total=first, categories=held)).amount
    later = Facts(total=second, categories=held, earlier_claims=(Claim(first, one),), granted_this_year=one)
    other = award(shapes.RARE_DISEASE, later).amount
    assert one + other == award(shapes.RARE_DISEASE, Facts(total=first + second, categories=held)).amount
