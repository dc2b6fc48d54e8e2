"""Division codes: levels, parents, and who lies in what."""

from pathlib import Path

import pytest

from cases.regions import rules
from cases.regions.rules import Level
from cases.text import table

DATA = Path(rules.__file__).parent / "data"


def test_a_code_says_its_level_and_its_parents() -> None:
    assert [rules.level_of(code) for code in ("64", "6404", "640422", "640422100", "640422100201")] == list(Level)
    assert rules.parents("640422100201") == ("64", "6404", "640422", "640422100")
    assert rules.parents("64") == () and rules.parent_of("64") is None
    assert rules.parent_of("640422100") == "640422"
    assert rules.at_level("640422100", Level.CITY) == "6404"
    assert rules.at_level("64", Level.COUNTY) is None


@pytest.mark.parametrize("wrong", ["", "6", "640", "64042", "6404221", "64042a", "６４", "6404221002011"])
def test_anything_else_is_no_code(wrong: str) -> None:
    assert not rules.is_code(wrong)
    with pytest.raises(ValueError):
        rules.level_of(wrong)


def test_a_place_lies_in_itself_and_in_its_parents_only() -> None:
    assert rules.is_within("640422100", "640422") and rules.is_within("640422", "640422")
    assert not rules.is_within("640422", "640422100")
    assert not rules.is_within("640422", "640423")
    assert not rules.is_within("640422", "") and not rules.is_within("", "64")
    assert not rules.is_within("640422", "64042")


def test_the_shipped_divisions_are_whole_and_each_lies_in_its_parent() -> None:
    rows = table(DATA / "divisions.csv")
    codes = {row["code"] for row in rows}
    counts = {level: sum(row["level"] == level for row in rows) for level in Level if level is not Level.VILLAGE}
    assert counts == {Level.PROVINCE: 1, Level.CITY: 5, Level.COUNTY: 22, Level.TOWN: 259}
    assert len(codes) == len(rows)
    for row in rows:
        assert rules.level_of(row["code"]) == row["level"]
        assert (rules.parent_of(row["code"]) or "") == row["parent"]
        assert not row["parent"] or row["parent"] in codes


def test_every_abolished_code_names_a_place_of_today() -> None:
    codes = {row["code"] for row in table(DATA / "divisions.csv")}
    abolished = table(DATA / "abolished.csv")
    assert len(abolished) == 30
    for row in abolished:
        assert row["code"] not in codes
        assert set(row["now"].split(";")) <= codes
