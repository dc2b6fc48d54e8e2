"""What a public list may show is decided by pure rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cases.calendar.rules import Calendar, start_of
from cases.publicity import rules

PLAIN = Calendar(frozenset(), frozenset(), frozenset({2026}))


def one(case: int, *, name: str = "张小明", county: str = "640422", agreed: bool = True, minor: bool = False):
    number = f"{county}-2026-{case:06d}-7"
    return rules.Candidate(case, number, name, minor, agreed, county, Decimal("100"), "大病专项")


def shown(*candidates):
    return {line.case: line for line in rules.lines(candidates, lambda: "代码 ABCDE", fewest=5)}


def test_a_name_is_masked_and_a_minor_is_surname_and_mou():
    lines = shown(one(1), one(2, name="欧阳小娟", minor=True), one(3, name="买买提·艾力"))
    assert [lines[case].shown_name for case in (1, 2, 3)] == ["张*明", "欧阳某", "买*"]


def test_who_did_not_agree_is_listed_as_a_code_and_not_left_out():
    line = shown(one(1, agreed=False))[1]
    assert line.shown_name == "代码 ABCDE"
    assert line.is_coded
    assert line.amount == Decimal("100")


def test_every_line_carries_the_tail_because_masked_names_collide():
    lines = shown(one(1), one(2, name="张大明"))
    assert lines[1].shown_name == lines[2].shown_name
    assert lines[1].tail != lines[2].tail


@pytest.mark.parametrize(("people", "area"), [(1, "6404"), (4, "6404"), (5, "640422"), (6, "640422")])
def test_fewer_than_five_of_a_county_are_listed_at_city_level(people, area):
    lines = shown(*[one(case) for case in range(1, people + 1)])
    assert {line.area for line in lines.values()} == {area}


def test_a_small_county_does_not_hide_a_large_one():
    lines = shown(*[one(case) for case in range(1, 6)], one(9, county="640521"))
    assert lines[1].area == "640422"
    assert lines[9].area == "6405"


def test_the_list_is_headed_by_the_smallest_place_that_holds_all():
    assert rules.common_area(["640422", "640422"]) == "640422"
    assert rules.common_area(["640422", "6404"]) == "6404"
    assert rules.common_area(["6404", "6405"]) == "64"


def test_the_day_of_posting_is_not_counted_and_the_last_day_runs_to_midnight():
    last = rules.list_days(date(2026, 3, 2), 5, PLAIN)
    assert last.on == date(2026, 3, 9)
    assert (
        rules.is_running(date(2026, 3, 2), last.on, "open", start_of(date(2026, 3, 10)).replace(microsecond=0)) is False
    )
    assert rules.is_running(date(2026, 3, 2), last.on, "open", start_of(last.on))
    assert not rules.is_running(date(2026, 3, 2), last.on, "taken_down", start_of(last.on))


def test_the_first_reviewer_and_the_parties_may_not_look_into_an_objection():
    assert rules.why_not_investigator(investigator=1, first_review=[1], parties=[])
    assert rules.why_not_investigator(investigator=1, first_review=[], parties=[1])
    assert not rules.why_not_investigator(investigator=1, first_review=[2], parties=[3])


def test_an_anonymous_objection_needs_only_its_text_and_a_named_one_a_phone():
    assert not rules.faults_of_objection("他家有两套房子", "", "", True)
    assert set(rules.faults_of_objection("他家有两套房子", "演示", "", True)) == {"phone"}
    assert set(rules.faults_of_objection("不", "", "", True)) == {"text"}
    assert set(rules.faults_of_objection("他家有两套房子", "演示", "12", False)) == {"phone"}
