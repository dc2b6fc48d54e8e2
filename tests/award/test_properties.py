"""What holds for every amount whatever the facts are."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.award.facts import Claim, Facts
from cases.award.rules import award
from cases.policy.rules import Policy, Row
from cases.policy.shapes import DEDUCTIONS
from tests.award import shapes

FEN = Decimal("0.01")
amounts = st.decimals(min_value=0, max_value=200_000, places=2)
names = st.sampled_from(sorted(shapes.ALL))
categories = st.sampled_from([(), ("H01",), ("H02C",), ("H05",), ("H09", "H03")])


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    total, insurance, charity = draw(amounts), draw(amounts), draw(amounts)
    if insurance + charity > total:
        insurance, charity = total / 2 // FEN * FEN, Decimal(0)
    granted = draw(amounts)
    prices = tuple(draw(st.lists(amounts.map(lambda price: min(price, total / 4 // FEN * FEN)), max_size=3)))
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
        household_this_year=granted + draw(amounts),
        items={"lens": prices} if prices else {},
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
    for cap, used in (
        ("per_claim", Decimal(0)),
        ("per_year", told.granted_this_year),
        ("per_life", told.granted_total),
        ("household_per_year", told.household_this_year),
    ):
        limit = policy.cap(cap)
        assert limit is None or answer.amount <= max(Decimal(0), limit - used)
    if name not in shapes.FLAT:
        costs = answer.self_pay + sum(claim.self_pay for claim in told.earlier_claims)
        assert answer.amount <= costs or not told.total


@given(names, facts())
def test_the_amount_is_what_the_printed_lines_come_to(name: str, told: Facts) -> None:
    lines = award(shapes.ALL[name], told).lines
    labels = [line.label_en for line in lines]
    table = max(at for at, label in enumerate(labels) if label.startswith("Self-paid cost")) + 1
    left = Decimal(0)
    for line in lines[table:-1]:
        if line.kind in ("sum", "plus"):
            left += line.amount
        elif line.kind == "minus":
            left = max(Decimal(0), left + line.amount)
        else:
            left = min(left, line.amount) if line.cuts else left
            assert left <= line.amount or line.label_en.startswith("The fund")
    waits = labels[-2].startswith("The fund is short")
    assert lines[-1].amount == (0 if waits else left)


@given(names, facts(), st.randoms(use_true_random=False))
def test_the_order_of_deductions_changes_the_printing_and_never_the_sum(name: str, told: Facts, shuffled: Any) -> None:
    names_of = list(DEDUCTIONS)
    shuffled.shuffle(names_of)
    rows = [row for row in shapes.ALL[name].rows if row.value.get("shape") != "self_pay"]
    other = Policy.from_rows([*rows, Row("award", "self_pay", {"shape": "self_pay", "order": names_of})])
    one, two = award(shapes.ALL[name], told), award(other, told)
    assert (one.self_pay, one.amount) == (two.self_pay, two.amount)


@given(st.lists(amounts, max_size=4))
def test_an_item_billed_several_times_comes_to_the_sum_of_each_up_to_its_limit(prices: list[Decimal]) -> None:
    answer = award(shapes.LENS, Facts(items={"lens": tuple(prices)}))
    assert answer.amount == sum(min(price, Decimal(1500)) for price in prices)
    assert answer.amount == sum(line.amount for line in answer.lines if line.kind == "plus")


@given(base=amounts, ratio=st.decimals("0", "1", places=4))
def test_a_ratio_is_rounded_half_up_to_the_fen(base: Decimal, ratio: Decimal) -> None:
    policy = shapes.policy(shapes.band(None, from_="0", ratio=str(ratio)))
    exact = base * ratio
    assert -FEN / 2 <= exact - award(policy, Facts(total=base)).amount < FEN / 2


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
