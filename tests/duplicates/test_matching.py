"""Two people are compared by keyed marks alone: what makes them one, what keeps them apart, and how often that is right."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.translation import override

from cases.duplicates import labelled
from cases.duplicates.marks import side, syllables
from cases.duplicates.match import Side, alike, compare, words
from cases.duplicates.shipped import THRESHOLD
from cases.people.rules import check_character
from cases.policy.rules import Row
from cases.policy.validity import faults_of_row

BORN = date(1956, 3, 12)


def number(serial: int) -> str:
    first = f"649901{BORN:%Y%m%d}{serial:03d}"
    return first + check_character(first)


def person(**changes: Any) -> Side:
    known = {"name": "马建国", "born": BORN, "phones": ["19900000001"], "address": "演示东村3组7号", "id_no": number(1)}
    return side(**(known | changes))


def test_one_id_number_is_one_person_whatever_else_is_written_and_so_is_its_old_form_of_15_digits() -> None:
    old = number(1)[:6] + number(1)[8:17]
    found = compare(person(), side(name="杨秀兰", id_no=old))
    assert (found.score, found.reasons) == (100, ("id",))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("马建国", "玛健帼"),
        ("买买提·艾力", "买买提艾力"),
        ("买买提·艾力", "买买提•艾力"),
        ("单志生", "单智升"),
        ("丁𬬭", "丁𬬭"),
    ],
)
def test_a_name_that_sounds_the_same_or_lacks_its_dot_with_the_same_birthday_is_one_person(
    name: str, other: str
) -> None:
    found = compare(person(name=name), person(name=other, id_no="", phones=[], address=""))
    assert found.score >= THRESHOLD and "birth" in found.reasons


def test_twins_a_child_on_its_parents_phone_and_a_namesake_are_other_people() -> None:
    twin = person(name="马建军", id_no=number(3))
    child = person(name="马小明", born=date(1985, 1, 2), id_no="")
    namesake = person(born=date(1961, 7, 30), phones=[], address="", id_no="")
    assert [compare(person(), other).score >= THRESHOLD for other in (twin, child, namesake)] == [False] * 3


def test_two_numbers_with_all_else_the_same_are_shown_with_the_difference_among_the_reasons() -> None:
    found = compare(person(), person(id_no=number(5)))
    assert found.score >= THRESHOLD and "other_id" in found.reasons and "phone" in found.reasons
    with override("en"):
        assert "The ID numbers differ" in [str(one) for one in words(found.reasons)]


def test_a_surname_is_read_as_a_surname_and_a_rare_character_is_kept() -> None:
    assert syllables("单志生")[0] == syllables("山志生")[0] != syllables("丹志生")[0]
    assert syllables("马𠮷")[1] == "𠮷" and syllables("欧阳建华")[:2] == ["ou", "yang"]
    assert syllables("尉迟恭") == ["yu", "ci", "gong"]


def test_what_is_not_known_speaks_for_nothing() -> None:
    assert compare(side(name="马建国"), side(born=BORN)).score == 0 and alike(frozenset(), frozenset()) == 0
    assert compare(person(id_no=""), replace(person(), id_key="", births=frozenset())).score < THRESHOLD


def test_a_comparison_is_the_same_from_both_sides() -> None:
    for pair in labelled.pairs(40):
        turned = replace(pair, one=pair.other, other=pair.one)
        assert labelled.judged(pair).score == labelled.judged(turned).score


@pytest.mark.parametrize("seed", [640, 7])
def test_the_shipped_threshold_keeps_its_stated_precision_and_recall(seed: int) -> None:
    truths = [(pair.same, labelled.judged(pair).score) for pair in labelled.pairs(200, seed)]
    (found,) = labelled.measure(truths, [THRESHOLD])
    assert found.precision >= 0.99 and found.recall >= 0.9


def test_the_command_prints_the_figures_by_threshold_and_by_kind() -> None:
    out = io.StringIO()
    call_command("measure_matching", people=30, stdout=out)
    lines = out.getvalue().splitlines()
    assert any(line.split()[0] == "80" and line.endswith("shipped") for line in lines if line.strip())
    assert any(line.split()[:2] == ["other", "twin"] for line in lines if line.strip())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("similar", {"severity": "severe"}), ("similar", {"severity": "severe", "score": 101}), ("phone", {"severity": "look"}),
        ("person", {"severity": "always"}), ("nobody", {"severity": "look"}), ("account", {"severity": "severe", "count": 0}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_not_published(key: str, value: dict[str, Any]) -> None:
    assert list(faults_of_row(Row("duplicates", key, value)))
