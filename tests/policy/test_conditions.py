"""Conditions are a closed list: what is not on it, or is of another type, is not published and holds for nobody."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.policy.conditions import CONDITIONS, YES_NO, applies, conditions_shown, conditions_typed
from cases.policy.rules import Policy, Quorum, Row
from cases.policy.validity import faults_of_row, validate
from tests.policy.test_validity import NAMED

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
NAMES = st.sampled_from(sorted(CONDITIONS)) | st.text(max_size=8)
EVERYTHING = {name: True if kind == YES_NO else ["H01", "1"] for name, (kind, _label) in CONDITIONS.items()}


def sound(name: str, wanted: Any) -> bool:
    kind = CONDITIONS.get(name, ("",))[0]
    if kind == YES_NO:
        return isinstance(wanted, bool)
    codes = wanted if isinstance(wanted, list) else [wanted]
    return bool(kind and codes) and all(isinstance(code, str) and code.strip() for code in codes)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), st.sampled_from([{}, EVERYTHING]))
def test_a_condition_off_the_list_is_a_fault_and_holds_for_nobody(when: Any, facts: Mapping[str, Any]) -> None:
    paper = Row("checklist", "D1", {**NAMED, "when": when}, note_zh="说明", note_en="Words")
    is_sound = all(sound(name, wanted) for name, wanted in when.items())
    assert [fault.field for fault in faults_of_row(paper)] == [] if is_sound else ["when"]
    if not is_sound:
        assert "when" in {fault.field for fault in faults_of_row(paper)}
        assert not applies(when, facts)


@given(VALUES.filter(lambda value: value is not None) | st.lists(VALUES))
def test_conditions_that_cannot_be_read_mean_nobody_not_everybody(when: Any) -> None:
    row = Row("award", "x", {"shape": "flat", "amount": "1", "when": when})
    assert not applies(row.when, EVERYTHING)


def test_what_is_shown_can_be_typed() -> None:
    when = {"minor": True, "insured": False, "categories": ["H01", "H02"]}
    assert conditions_typed(conditions_shown(when)) == when


def panel(key: str, members: int, **ends: str) -> Row:
    return Row("quorum", key, {"members": members, "present": members, "approve": members, **ends})


def quorum_faults(*rows: Row) -> list[str]:
    base = [
        Row("award", "flat", {"shape": "flat", "amount": "1"}),
        *(Row(section, "A", dict(NAMED), note_zh="词", note_en="Words") for section in
          ("checklist", "supplement_reasons", "reject_reasons", "return_reasons")),
    ]  # fmt: skip
    return [str(one.message) for one in validate([*base, *rows], needed={"quorum": ("panel",)})]


def test_the_number_of_deciders_follows_the_amount() -> None:
    rows = (panel("panel", 3, to="5000"), panel("large", 5, over="5000", to="50000"), panel("huge", 7, over="50000"))
    assert quorum_faults(*rows) == []
    policy = Policy.from_rows(rows)
    asked = ("0", "5000", "5000.01", "50000", "50000.01")
    assert [policy.quorum_for(Decimal(amount)).members for amount in asked] == [3, 3, 5, 5, 7]
    assert Policy.from_rows([panel("panel", 5)]).quorum_for(Decimal("9")) == Quorum(5, 5, 5)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((panel("panel", 3, to="5000"), panel("large", 5, over="6000")), "空档"),
        ((panel("panel", 3, to="5000"), panel("large", 5, over="4000")), "重叠"),
        ((panel("panel", 3, to="5000"), panel("large", 5, **{"from": "5000"})), "同时落在"),
        ((panel("panel", 3, to="5000"),), "没有规定"),
        ((panel("panel", 3, over="5000"),), "以下没有规定"),
        ((panel("panel", 3), panel("large", 5, over="5000")), "重叠"),
    ],
    ids=["a gap", "an overlap", "both closed", "an open top", "nothing at the bottom", "one for all and another"],
)
def test_a_gap_or_an_overlap_in_the_numbers_is_a_fault(rows: tuple[Row, ...], words: str) -> None:
    assert any(words in fault for fault in quorum_faults(*rows))
