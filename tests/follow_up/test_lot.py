"""The lot and the reading of a follow-up, without a database behind."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cases.follow_up.rules import ASKED, is_drawn, lot, owed, read
from cases.follow_up.shipped import follow_up
from cases.policy.validity import faults_of_row

SEEDS = [f"{number:032x}" for number in range(10_000)]
CASE = "640422-2026-000123-7"


def test_over_ten_thousand_seeds_three_of_ten_are_visited_and_all_are_phoned() -> None:
    visited = sum(is_drawn(seed, "home", CASE, 30) for seed in SEEDS)
    assert 2_862 <= visited <= 3_138, "three standard deviations around 3,000"
    assert all(is_drawn(seed, "phone", CASE, 100) for seed in SEEDS)
    assert not any(is_drawn(seed, "home", CASE, 0) for seed in SEEDS)


def test_the_same_seed_draws_the_same_and_another_case_or_kind_another_lot() -> None:
    assert lot(SEEDS[7], "home", CASE) == lot(SEEDS[7], "home", CASE)
    others = {lot(SEEDS[7], "phone", CASE), lot(SEEDS[7], "home", "640422-2026-000124-5"), lot(SEEDS[8], "home", CASE)}
    assert lot(SEEDS[7], "home", CASE) not in others


def test_who_is_drawn_at_a_share_is_drawn_at_every_larger_one() -> None:
    for seed in SEEDS[:200]:
        shares = [is_drawn(seed, "home", CASE, percent) for percent in range(101)]
        assert shares == sorted(shares)


def test_whoever_was_reached_is_asked_all_that_the_policy_asks() -> None:
    said = read({"kind": "phone", "reached": True}, ASKED)
    assert set(said.faults) == {"phone_received", "phone_amount", "phone_satisfied", "phone_fee"}
    whole = {"kind": "phone", "reached": True, "received": True, "amount": "3000", "satisfied": 4, "fee": False}
    said = read(whole, ASKED)
    assert (said.amount, said.satisfied, said.fee, dict(said.faults)) == (Decimal("3000.00"), 4, False, {})
    assert read({"kind": "phone", "reached": True}, ()).faults == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("satisfied", 0), ("satisfied", 6), ("satisfied", True), ("amount", "-1"), ("amount", "NaN"), ("amount", "1.005"), ("received", "yes")],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_named_by_its_field(name: str, value: object) -> None:
    whole = {"kind": "home", "reached": True, "received": True, "amount": "3000", "satisfied": 4, "fee": False}
    assert list(read({**whole, name: value}, ASKED).faults) == [f"home_{name}"]


def test_nothing_is_kept_of_somebody_who_was_not_reached() -> None:
    said = read({"kind": "phone", "reached": False, "amount": "3000", "satisfied": 5}, ASKED)
    assert (said.reached, said.amount, said.satisfied) == (False, None, None)


def test_nobody_who_got_nothing_is_asked_how_much() -> None:
    given = {"kind": "phone", "reached": True, "received": False, "satisfied": 1, "fee": True}
    assert read(given, ASKED).faults == {}


def test_a_drawn_visit_is_owed_until_it_is_done_itself() -> None:
    assert owed(["phone", "home"], ["phone"]) == ["home"]
    assert owed(["phone", "home"], ["home", "phone"]) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("home", {"share": 101}), ("phone", {}), ("tries", {"count": 0}), ("ask_fee", {"on": "yes"}), ("letter", {"on": True})],
)  # fmt: skip
def test_a_row_that_cannot_be_is_not_published(key: str, value: dict[str, object]) -> None:
    shipped = follow_up(money=True)
    assert not [fault for row in shipped for fault in faults_of_row(row)]
    assert list(faults_of_row(replace(shipped[0], key=key, value=value)))
