"""Conditions of aid are rows: a closed list of facts and comparisons, and one that cannot be read is met by nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.dossier.entitled import entitled
from cases.policy.entitlement import FACTS, MET, OPEN, OPERATORS, UNMET, faults, judge, unmet
from cases.policy.rules import Policy, Row
from cases.policy.validity import validate
from cases.programme import programme, programmes
from tests.policy.test_validity import draft

AGES = Row("eligibility", "age_from", {"count": 60})
DAY = date(2026, 11, 23)
EVERY_FACT: dict[str, Any] = {
    "age": 70, "place": ["640422"], "category": "H02", "disease": "1-31", "insured": True, "self_pay": "9000",
    "sight": {"right_eye": Decimal("0.1")}, "sightless": False, "aided": False, "loss": 60, "months_late": 2,
}  # fmt: skip
WILD = st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.lists(st.text(max_size=4) | st.none())


def condition(fact: Any, operator: Any, than: Any, **more: Any) -> Row:
    value = {"fact": fact, "is": operator, "than": than, **more}
    return Row("entitlement", "one", value, note_zh="要满 {than} 周岁。", note_en="{than} or more.")


def outcome(row: Row, facts: Mapping[str, Any]) -> str:
    return judge(Policy.from_rows([AGES, row]), facts)[0].outcome


@pytest.mark.parametrize(
    ("fact", "operator", "than", "met", "not_met"),
    [
        ("age", "at_least", ["age_from"], 60, 59), ("age", "at_most", ["17"], 17, 18),
        ("self_pay", "over", ["5000"], "5000.01", "5000"), ("self_pay", "under", ["5000"], "4999.99", "5000"),
        ("loss", "between", ["41", "90"], 41, 91), ("category", "in", ["H01", "H02"], "H02A", "H09"),
        ("place", "within", ["64"], ["640422"], []), ("disease", "within", ["1-"], "1-31", ""),
        ("aided", "is", ["no"], False, True), ("sight", "at_most", ["0.3"], {"right_eye": "0.3"}, {"right_eye": "0.4"}),
    ],
)  # fmt: skip
def test_each_comparison_holds_up_to_its_edge(fact: str, operator: str, than: Any, met: Any, not_met: Any) -> None:
    row = condition(fact, operator, than)
    assert list(faults(row, Policy.from_rows([AGES]))) == []
    assert outcome(row, {fact: met}) == MET
    assert outcome(row, {fact: not_met}) == UNMET
    assert outcome(row, {}) == OPEN


@given(WILD | st.sampled_from(sorted(FACTS)), WILD | st.sampled_from(sorted(OPERATORS)), WILD)
def test_a_condition_that_cannot_be_read_is_not_published_and_met_by_nobody(
    fact: Any, operator: Any, than: Any
) -> None:
    row = condition(fact, operator, than)
    if list(faults(row, Policy.from_rows([AGES]))):
        assert validate(draft(None, AGES, row), needed={})
        for facts in ({}, EVERY_FACT):
            assert outcome(row, facts) == UNMET


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (condition("height", "at_least", ["60"]), "fact"), (condition("age", "within", ["60"]), "is"),
        (condition("age", "__import__", ["60"]), "is"), (condition("age", "at_least", []), "than"),
        (condition("age", "at_least", ["no_such_row"]), "than"), (condition("age", "between", ["60"]), "than"),
        (condition("loss", "between", ["90", "41"]), "than"), (condition("aided", "is", ["maybe"]), "than"),
        (condition("age", "at_least", ["60"], when={"weather": True}), "when"),
        (replace(condition("age", "at_least", ["60"]), note_en=""), "note_zh"),
    ],
)  # fmt: skip
def test_each_fault_of_a_condition_is_told_at_its_field(row: Row, field: str) -> None:
    assert [fault.field for fault in validate(draft(None, AGES, row), needed={})] == [field]
    assert outcome(row, EVERY_FACT) == UNMET


@pytest.mark.parametrize("slug", ["cataract", "hearing", "rare_disease"])
def test_a_policy_without_a_condition_that_its_programme_asks_is_not_published(slug: str) -> None:
    card = programme(slug)
    asked = card.needs()["entitlement"]
    assert asked
    for key in asked:
        rows = [row for row in card.policy["rows"] if row.name != f"entitlement.{key}"]
        assert f"entitlement.{key}" in {f"{one.section}.{one.key}" for one in validate(rows, needed=card.needs())}


def test_the_sentence_names_the_number_of_the_policy_in_force() -> None:
    rows = [replace(AGES, value={"count": 65}), condition("age", "at_least", ["age_from"])]
    (found,) = unmet(judge(Policy.from_rows(rows), {"age": 64}))
    assert found.sentence(english=False) == "要满 65 周岁。"
    assert found.sentence(english=True) == "65 or more."


def test_an_eye_better_than_the_line_is_named_unless_a_doctor_wrote_that_it_is_needed() -> None:
    card = programme("cataract")
    policy = Policy.from_rows(card.policy["rows"])
    eyes = {"wanted_eye": "right_eye", "both_eyes": True, "eye_right_va": "指数/30cm", "eye_left_va": "0.8"}
    (found,) = unmet(entitled(card, eyes, policy, on=DAY))
    assert (found.row.key, found.parts) == ("sight", ("left_eye",))
    assert not unmet(entitled(card, {**eyes, "doctor_says_needed": True}, policy, on=DAY))
    assert [one.row.key for one in unmet(entitled(card, {**eyes, "eye_left_va": "无光感"}, policy, on=DAY))] == [
        "sightless"
    ]


@pytest.mark.parametrize(
    "slug", [card.slug for card in programmes() if card.slug in ("cataract", "hearing", "rare_disease")]
)
def test_invented_people_are_entitled(slug: str) -> None:
    card = programme(slug)
    assert card.demo_answers is not None
    policy = Policy.from_rows(card.policy["rows"])
    for number in range(40):
        assert not unmet(entitled(card, card.demo_answers(number), policy, on=DAY)), number


@pytest.mark.parametrize(
    ("sent_on", "in_time"), [(date(2026, 11, 2), True), (date(2027, 3, 31), True), (date(2027, 4, 1), False)]
)
def test_a_policy_may_ask_that_the_costs_of_a_year_are_claimed_by_the_end_of_march(
    sent_on: date, in_time: bool
) -> None:
    card = programme("rare_disease")
    policy = Policy.from_rows([condition("months_late", "at_most", ["3"])])
    (found,) = entitled(card, {"cost_to": "2026-09-30"}, policy, on=sent_on)
    assert (found.outcome == MET) is in_time
    assert entitled(card, {}, policy, on=sent_on)[0].outcome == OPEN, "the first check has not asked for it yet"
