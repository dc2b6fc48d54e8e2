"""What stands on a screening sheet is kept as it was written, and read the same however it was written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.screening import ears, sight

DECIMALS = st.decimals(min_value="0.001", max_value="2.0", places=3)
FIVES = st.decimals(min_value="3.0", max_value="5.3", places=1)
AVERAGES = st.integers(-40, 480).map(lambda quarter: Decimal(quarter) / 4)


# --- eyes -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "code", "decimal", "logmar", "rank"),
    [
        ("0.3", "", "0.3", "0.50", "25"),
        ("4.5", "", "0.3", "0.50", "25"),
        ("０．３", "", "0.3", "0.50", "25"),
        ("1.0", "", "1.0", "0.00", "30"),
        ("1", "", "1", "0.00", "30"),
        ("5.0", "", "1.0", "0.00", "30"),
        ("0.7", "", "0.7", "0.155", "28.45"),
        ("4.85", "", "0.708", "0.150", "28.5"),
        ("0.02", "", "0.02", "1.70", "13"),
        ("指数/30cm", "CF", "0.014", "1.90", "3"),
        ("CF@1m", "CF", "0.014", "1.90", "3"),
        ("眼前手动", "HM", "0.005", "2.30", "2"),
        ("hm", "HM", "0.005", "2.30", "2"),
        ("光感", "LP", None, "2.70", "1"),
        ("ＬＰ", "LP", None, "2.70", "1"),
        ("无光感", "NLP", None, "3.00", "0"),
    ],
)
def test_every_notation_is_read(text: str, code: str, decimal: str | None, logmar: str, rank: str) -> None:
    seen = sight.read(text)
    assert (seen.code, seen.logmar, seen.rank) == (code, Decimal(logmar), Decimal(rank))
    assert seen.decimal == (None if decimal is None else Decimal(decimal))


def test_what_was_written_is_kept() -> None:
    assert sight.read(" 指数/30cm ").raw == "指数/30cm"


@pytest.mark.parametrize("text", ["", "0", "2.5", "5.4", "-0.3", "0.3.1", "好", "6/6", "无", "1e-1", "九", "²"])
def test_what_cannot_be_meant_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(sight.SightFault) as fault:
        sight.read(text)
    assert "无光感" in str(fault.value.message)


@given(DECIMALS, DECIMALS)
def test_a_larger_decimal_is_never_worse(one: Decimal, other: Decimal) -> None:
    low, high = (sight.read(str(each)) for each in sorted((one, other)))
    assert low.rank <= high.rank and low.logmar >= high.logmar


@given(FIVES, FIVES)
def test_a_higher_line_of_five_grades_is_never_worse(one: Decimal, other: Decimal) -> None:
    low, high = (sight.read(str(each)) for each in sorted((one, other)))
    assert low.rank <= high.rank and low.logmar >= high.logmar


@given(st.one_of(DECIMALS, FIVES))
def test_whatever_a_chart_shows_is_better_than_counting_fingers(number: Decimal) -> None:
    assert sight.read(str(number)).rank > sight.read("CF").rank


@given(DECIMALS)
def test_the_line_of_the_policy_parts_decimals_as_printed(number: Decimal) -> None:
    assert sight.read(str(number)).is_at_most(Decimal("0.3")) is (number <= Decimal("0.3"))


def test_the_categories_are_in_the_order_of_what_is_seen() -> None:
    ranks = [sight.read(word).rank for word in ("无光感", "光感", "手动", "指数", "0.01")]
    assert ranks == sorted(ranks) and len(set(ranks)) == 5
    assert all(sight.read(word).is_at_most(Decimal("0.05")) for word in ("无光感", "光感", "手动", "指数"))


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert sight.read(text).raw
    except sight.SightFault as fault:
        assert str(fault.message)


# --- ears -------------------------------------------------------------------------------------------------------------
def ear(*decibels: int | str) -> dict[int, ears.Threshold]:
    """Thresholds at 0.5, 1, 2 and 4 kHz."""
    return {hertz: ears.read(str(db)) for hertz, db in zip(ears.FREQUENCIES, decibels, strict=False)}


def test_no_response_counts_as_five_more_than_the_limit() -> None:
    for text in ("NR110", "nr/110", "无反应110", "＞110"):
        found = ears.read(text)
        assert (found.db, found.is_heard, found.raw) == (115, False, text)
    assert ears.read("NR", limit=100).db == 105


def test_no_response_without_a_limit_is_refused() -> None:
    with pytest.raises(ears.EarsFault) as fault:
        ears.read("NR")
    assert "NR110" in str(fault.value.message)


@pytest.mark.parametrize("text", ["", "一般", "45.5", "121", "-15", "NR200", "4 5"])
def test_a_threshold_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ears.EarsFault):
        ears.read(text)


def test_the_average_is_taken_at_four_frequencies_and_only_when_all_were_measured() -> None:
    assert ears.average(ear(40, 45, 50, 56)) == Decimal("47.75")
    assert ears.average(ear(40, 45, "NR110", 60)) == Decimal(65)
    assert ears.average({hertz: ears.read("30") for hertz in (250, 500, 1000, 2000)}) is None


@pytest.mark.parametrize(
    ("standard", "better", "code"),
    [
        ("WHO1997", "25.25", "0"), ("WHO1997", "25.5", "1"), ("WHO1997", "40.25", "1"), ("WHO1997", "40.5", "2"),
        ("WHO1997", "81", "4"), ("WHO2021", "19.75", "0"), ("WHO2021", "20", "1"), ("WHO2021", "34.75", "1"),
        ("WHO2021", "35", "2"), ("WHO2021", "94.75", "5"), ("WHO2021", "95", "6"), ("GBT26341", "40.25", None),
        ("GBT26341", "40.5", "4"), ("GBT26341", "90", "2"), ("GBT26341", "90.25", "2"), ("GBT26341", "90.5", "1"),
    ],
)  # fmt: skip
def test_the_same_average_has_the_grade_of_the_standard_that_is_named(
    standard: str, better: str, code: str | None
) -> None:
    found = ears.grade(standard, right=Decimal(better), left=Decimal(better))
    assert (found.code if found else None) == code


def test_a_loss_on_one_side_is_a_grade_of_who_2021_alone() -> None:
    def code(standard: str, right: str, left: str) -> str | None:
        found = ears.grade(standard, right=Decimal(right), left=Decimal(left))
        return found.code if found else None

    assert code("WHO2021", "19.75", "35") == code("WHO2021", "60", "5") == "U"
    assert code("WHO2021", "19.75", "34.75") == "0" and code("WHO2021", "20", "60") == "1"
    assert code("WHO1997", "19", "60") == "0"


@given(st.sampled_from(["WHO1997", "WHO2021", "GBT26341"]), AVERAGES, AVERAGES)
def test_more_loss_is_never_a_milder_grade(standard: str, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    ranks = [_degree(standard, found) for found in (low, high)]
    assert ranks[0] <= ranks[1]


def _degree(standard: str, db: Decimal) -> int:
    found = ears.grade(standard, right=db, left=db)
    return ears.grades(standard).index(found) if found else -1


@given(st.sampled_from(["WHO1997", "WHO2021"]), AVERAGES)
def test_every_average_falls_in_exactly_one_band(standard: str, db: Decimal) -> None:
    bands = [each for each in ears.grades(standard) if each.code != ears.UNILATERAL]
    assert len([each for each in bands if each.holds(db)]) == 1


@given(AVERAGES)
def test_halves_are_rounded_up(db: Decimal) -> None:
    assert Decimal("-0.5") < ears.whole(db) - db <= Decimal("0.5")


@given(st.lists(st.integers(-10, 120), min_size=4, max_size=4), st.integers(0, 3), st.integers(1, 20))
def test_a_worse_threshold_never_makes_a_better_average(levels: list[int], place: int, more: int) -> None:
    worse = [min(120, db + more) if at == place else db for at, db in enumerate(levels)]
    before, after = ears.average(ear(*levels)), ears.average(ear(*worse))
    assert before is not None and after is not None and before <= after


def test_an_average_is_printed_without_needless_noughts() -> None:
    assert [ears.shown(Decimal(text)) for text in ("47.75", "40", "47.50", "100")] == ["47.75", "40", "47.5", "100"]
