"""How long something took, in tenths of a workday."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.calendar.rules import ZONE, Calendar, worktime
from workflows.reports.bars import bars, wrapped
from workflows.reports.rules import (
    SHADES,
    TENTH,
    Visit,
    held,
    quantile,
    quarter_after,
    quarter_before,
    quarter_name,
    quarter_of,
    shade_of,
    stood_still,
    times,
    together,
)

CAL = Calendar(frozenset({date(2026, 10, 1), date(2026, 10, 2)}), frozenset({date(2026, 10, 10)}), frozenset({2026}))


def at(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def test_a_weekend_and_a_holiday_count_nothing_and_a_make_up_day_counts() -> None:
    friday_evening, monday_morning = at(20, 18), at(23, 6)
    assert worktime(friday_evening, monday_morning, CAL) / TENTH == 5
    assert worktime(at(30, 12, 9), at(5, 12, 10), CAL) / TENTH == 10
    assert worktime(at(9, 12, 10), at(11, 12, 10), CAL) / TENTH == 15


def test_waiting_ends_where_somebody_takes_it_and_begins_again_where_he_gives_it_back() -> None:
    changes = [(at(3), True), (at(4), False), (at(5), True)]
    visit = Visit(at(2), at(6), held(changes, at(6)))
    assert times(visit, CAL) == {"waiting": 20, "working": 20, "paused": 0, "whole": 40}


def test_a_pause_is_neither_waiting_nor_working() -> None:
    still = stood_still(date(2026, 11, 2), date(2026, 11, 4), at(6))
    visit = Visit(at(2), at(6), [(at(3), at(6))], [still])
    assert times(visit, CAL) == {"waiting": 10, "working": 10, "paused": 20, "whole": 40}


def test_a_pause_before_the_step_began_is_not_counted_there() -> None:
    still = stood_still(date(2026, 11, 2), date(2026, 11, 4), at(12))
    assert times(Visit(at(9), at(12), paused=[still]), CAL) == {"waiting": 30, "working": 0, "paused": 0, "whole": 30}


def test_a_pause_that_never_ended_lasts_until_the_step_did() -> None:
    still = stood_still(date(2026, 11, 2), None, at(5))
    assert times(Visit(at(2), at(5), paused=[still]), CAL)["paused"] == 20


moments = st.integers(0, 360 * 24 * 60).map(lambda minutes: at(1, month=1) + timedelta(minutes=minutes))
stretches = st.lists(st.tuples(moments, moments).map(sorted).map(tuple), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(moments, moments).map(sorted), stretches, stretches)
def test_every_moment_counts_once(ends, held_by, paused) -> None:
    found = times(Visit(*ends, held_by, paused), CAL)
    assert abs(found["waiting"] + found["working"] + found["paused"] - found["whole"]) <= 2
    assert found["whole"] == round(worktime(*ends, CAL) / TENTH)
    assert min(found.values()) >= 0


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 400), min_size=1), st.lists(st.integers(0, 400)))
def test_the_median_of_offices_put_together_is_the_median_of_their_cases(one, two) -> None:
    spreads = [{str(length): values.count(length) for length in values} for values in (one, two)]
    everything = sorted([*one, *two])
    assert quantile(together(spreads), 0.5) == everything[(len(everything) + 1) // 2 - 1] / 10
    assert quantile(together(spreads), 1) == everything[-1] / 10


def test_nothing_counted_has_no_median() -> None:
    assert quantile({}, 0.5) is None


def test_quarters_follow_each_other_over_the_year() -> None:
    first = quarter_of(date(2026, 12, 31))
    assert (first, quarter_name(first)) == (date(2026, 10, 1), "2026-Q4")
    assert quarter_after(first) == date(2027, 1, 1)
    assert quarter_before(quarter_after(first)) == first


def test_a_long_name_beside_a_bar_stands_in_two_lines_and_loses_no_letter():
    english = "Check of what the insurance paid"
    assert wrapped(english) == ["Check of what the", "insurance paid"]
    assert "".join(wrapped("确认收款账户并核对与患者的关系")) == "确认收款账户并核对与患者的关系"
    drawn = bars([(english, (1, 2), (None, None))], title="x")
    assert "Check of what the<" in drawn and "insurance paid<" in drawn


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_the_longest_step_has_the_darkest_shade_and_none_is_darker(value: int, most: int) -> None:
    assert shade_of(most / 10, most / 10) == SHADES
    assert 1 <= shade_of(min(value, most) / 10, most / 10) <= SHADES
    assert shade_of(0, most) == shade_of(value, 0) == 1
