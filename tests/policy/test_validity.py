"""A draft with a fault is told where it stands and what is wrong."""

from decimal import Decimal
from typing import Any

import pytest

from cases.policy.conditions import applies, implies
from cases.policy.rules import Policy, PolicyGap, Quorum, Row, differences
from cases.policy.shapes import Range
from cases.policy.validity import Problem, validate

BANDS = [{"over": "5000", "to": "20000", "amount": "3000"}, {"over": "20000", "to": "50000", "amount": "6000"},
         {"over": "50000", "amount": "10000"}]  # fmt: skip
NAMED = {"name_zh": "申请表", "name_en": "Form"}


def draft(award: list[dict[str, Any]] | None = None, *more: Row, without: str = "") -> list[Row]:
    """A small whole policy: these award rows, and the shortest list of everything else."""
    shapes = [{"shape": "band", **value} for value in BANDS] if award is None else award
    rows = [Row("award", f"a{index}", value, position=index) for index, value in enumerate(shapes)]
    rows += [Row("days", "review", {"workdays": 5}), Row("levels", "county_review", {"on": True})]
    rows += [Row("quorum", "panel", {"members": 5, "present": 4, "approve": 3})]
    rows += [Row("eligibility", "supplement_rounds", {"count": 2})]
    rows += [Row("checklist", "D01", NAMED, note_zh="签字", note_en="Sign")]
    rows += [Row("supplement_reasons", "S01", NAMED, note_zh="请签字", note_en="Please sign")]
    rows += [Row("reject_reasons", "J01", NAMED), Row("return_reasons", "T01", NAMED)]
    names = {row.name for row in more}
    return [row for row in rows if row.name not in names and row.name != without] + list(more)


NEEDED = {"days": ("review",), "quorum": ("panel",)}


def faults(rows: list[Row]) -> list[Problem]:
    return validate(rows, needed=NEEDED)


def where(rows: list[Row]) -> list[str]:
    return [f"{fault.section}.{fault.key}.{fault.field}" for fault in faults(rows)]


def bands(*values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"shape": "band", **value} for value in values]


def test_a_whole_draft_has_no_fault() -> None:
    assert faults(draft()) == []


@pytest.mark.parametrize(
    ("award", "words"),
    [
        (bands({"over": "1", "to": "10", "amount": "1"}, {"over": "9", "amount": "2"}), "重叠"),
        (bands({"over": "1", "amount": "1"}, {"over": "9", "amount": "2"}), "永远轮不到"),
        (bands({"over": "1", "to": "10", "amount": "1"}, {"over": "12", "amount": "2"}), "空档：10 元到 12 元"),
        (bands({"over": "1", "to": "10", "amount": "1"}, {"from": "10", "amount": "2"}), "10 元同时落在"),
        (bands({"over": "1", "under": "10", "amount": "1"}, {"over": "10", "amount": "2"}), "10 元整不在任何一档里"),
        (bands({"over": "1", "to": "10", "amount": "1"}), "超过 10 元没有规定"),
        ([{"shape": "actual"}, {"shape": "actual", "cap": "1500", "when": {"insured": False}}], "永远轮不到"),
        ([{"shape": "flat", "amount": "1"}, *[{"shape": "repeat", "mode": "separate"}] * 2], "只能有一条"),
    ],
)
def test_rows_that_do_not_fit_together_are_named(award: list[dict[str, Any]], words: str) -> None:
    found = faults(draft(award))
    assert any(words in str(fault.message) for fault in found), found
    assert all(fault.section == "award" and str(fault.message).endswith("。") for fault in found)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"shape": "bnad"}, "shape"),
        ({"shape": "band", "over": "1"}, "amount"),
        ({"shape": "band", "over": "1", "amount": "1", "ratio": "0.5"}, "amount"),
        ({"shape": "band", "over": "1", "ratio": "85"}, "ratio"),
        ({"shape": "band", "over": "1", "from": "1", "amount": "1"}, "over"),
        ({"shape": "band", "over": "10", "to": "5", "amount": "1"}, "to"),
        ({"shape": "band", "over": "1", "amount": 1.5}, "amount"),
        ({"shape": "band", "over": "1", "amount": "三千"}, "amount"),
        ({"shape": "band", "over": "1", "amount": "-3"}, "amount"),
        ({"shape": "band", "over": "1", "amount": "3.005"}, "amount"),
        ({"shape": "add_on", "amount": "4000"}, "over"),
        ({"shape": "item_cap", "cap": "1500"}, "item"),
        ({"shape": "uplift"}, "percent"),
        ({"shape": "repeat", "mode": "again"}, "mode"),
        ({"shape": "self_pay", "order": ["lottery"]}, "order"),
        ({"shape": "flat", "amount": "1", "when": ["minor"]}, "when"),
    ],
)
def test_a_wrong_award_row_is_named_by_field(value: dict[str, Any], field: str) -> None:
    good = {"shape": "band", "over": "0", "amount": "1"}
    assert f"award.a1.{field}" in where(draft([good, value]))


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Row("days", "review", {"workdays": "five"}), "workdays"),
        (Row("days", "review", {"workdays": 5, "days": 7}), "workdays"),
        (Row("days", "review", {"workdays": -1}), "workdays"),
        (Row("days", "warning", {"workdays": 11}), "workdays"),
        (Row("levels", "county_review", {"on": "yes"}), "on"),
        (Row("quorum", "panel", {"members": 3, "present": 4, "approve": 3}), "present"),
        (Row("quorum", "panel", {"members": 5, "present": 2, "approve": 3}), "present"),
        (Row("caps", "per_year", {"amount": "0.001"}), "amount"),
        (Row("caps", "per_month", {"amount": "1"}), "key"),
        (Row("caps", "fund_short", {"mode": "cry"}), "mode"),
        (Row("checklist", "D01", {"name_zh": "申请表", "name_en": ""}, note_zh="a", note_en="b"), "name_en"),
        (Row("supplement_reasons", "S01", NAMED), "note_zh"),
        (Row("weather", "rain", {}), "section"),
    ],
)
def test_a_wrong_row_of_any_section_is_named_by_field(row: Row, field: str) -> None:
    assert f"{row.section}.{row.key}.{field}" in where(draft(None, row))


@pytest.mark.parametrize("missing", ["days.review", "quorum.panel", "checklist.D01", "reject_reasons.J01"])
def test_a_missing_key_is_named(missing: str) -> None:
    found = faults(draft(without=missing))
    assert [fault.section for fault in found] == [missing.split(".")[0]]


def test_a_key_written_twice_is_named() -> None:
    rows = draft()
    assert "days.review.key" in where([*rows, Row("days", "review", {"workdays": 6})])


def test_a_policy_answers_by_name_and_says_what_it_does_not_know() -> None:
    more = [Row("days", "follow_up", {"days": 30}), Row("caps", "per_year", {"amount": "12000"})]
    policy = Policy.from_rows([*draft(), *more])
    assert policy.days("review") == 5 and policy.period("follow_up").unit == "days"
    assert policy.quorum_for(Decimal(1)) == Quorum(5, 4, 3)
    assert policy.level_on("county_review") and not policy.level_on("city_recheck")
    assert policy.cap("per_year") == 12000 and policy.cap("per_life") is None
    assert policy.count("supplement_rounds") == 2
    assert policy.reason("S01").plain_zh == "请签字" and policy.reason("J01").name_en == "Form"
    with pytest.raises(PolicyGap, match="days.panel"):
        policy.days("panel")


def test_the_checklist_depends_on_what_the_case_is_like() -> None:
    minors = Row("checklist", "D04", {**NAMED, "when": {"minor": True}}, note_zh="监护", note_en="Guardian")
    policy = Policy.from_rows(draft(None, minors))
    assert [document.code for document in policy.checklist({"minor": True})] == ["D01", "D04"]
    assert [document.code for document in policy.checklist({})] == ["D01"]


def test_conditions_take_in_sub_classes_of_hardship() -> None:
    assert applies({"categories": ["H02"]}, {"categories": ("H02A",)})
    assert not applies({"categories": ["H02A"]}, {"categories": ("H02",)})
    assert applies({"insured": False}, {})
    assert implies({"categories": ["H02A"], "minor": True}, {"categories": ["H01", "H02"]})
    assert not implies({"minor": True}, {"minor": False})


def test_a_range_says_itself_in_words() -> None:
    assert Range.of({"over": "5000", "to": "20000"}).words_zh() == "超过 5,000 元、不超过 20,000 元"
    assert Range.of({"from": "3000"}).words_en() == "from 3,000"


def test_two_versions_differ_in_the_rows_that_changed() -> None:
    old = Policy.from_rows(draft())
    new = Policy.from_rows(
        draft(
            None,
            Row("days", "review", {"workdays": 7}),
            Row("caps", "per_year", {"amount": "1"}),
            without="reject_reasons.J01",
        )
    )
    changed = {(one.section, one.key): (one.before is None, one.after is None) for one in differences(old, new)}
    assert changed == {
        ("caps", "per_year"): (True, False),
        ("days", "review"): (False, False),
        ("reject_reasons", "J01"): (False, True),
    }
