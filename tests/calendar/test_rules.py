"""Working days over Chinese holidays and make-up days, and pauses."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendar import rules
from cases.calendar.rules import Calendar, Due, Pause
from cases.text import table

DATA = Path(rules.__file__).parent / "data" / "holidays.csv"
KINDS = ("holiday", "workday")


def shipped() -> Calendar:
    rows = table(DATA)
    off, on = (frozenset(date.fromisoformat(row["date"]) for row in rows if row["kind"] == kind) for kind in KINDS)
    return Calendar(off, on, frozenset({2023, 2024, 2025, 2026}))


CAL = shipped()
days_of_four_years = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(("year", "count"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_the_shipped_years_have_as_many_working_days_as_announced(year: int, count: int) -> None:
    assert rules.workdays_between(date(year - 1, 12, 31), date(year, 12, 31), CAL) == count


def test_the_day_of_receipt_is_not_counted() -> None:
    monday = date(2026, 11, 23)
    assert rules.add_workdays(monday, 1, CAL) == Due(date(2026, 11, 24), False)
    assert rules.add_workdays(monday, 5, CAL) == Due(date(2026, 11, 30), False)
    assert rules.add_workdays(monday, 0, CAL) == Due(monday, False)


def test_national_day_is_jumped_over_and_make_up_weekends_count() -> None:
    assert rules.add_workdays(date(2026, 9, 30), 1, CAL).on == date(2026, 10, 8)
    assert rules.add_workdays(date(2026, 10, 9), 1, CAL).on == date(2026, 10, 10)
    assert date(2026, 10, 10).weekday() == 5


def test_beyond_the_loaded_years_weekdays_count_and_the_date_is_provisional() -> None:
    due = rules.add_workdays(date(2026, 12, 30), 3, CAL)
    assert due == Due(date(2027, 1, 4), True)
    with_2027 = Calendar(CAL.holidays | {date(2027, 1, 1)}, CAL.workdays, CAL.years | {2027})
    assert rules.add_workdays(date(2026, 12, 30), 3, with_2027) == Due(date(2027, 1, 5), False)


def test_the_last_loaded_day_is_certain() -> None:
    assert rules.add_workdays(date(2026, 12, 30), 1, CAL) == Due(date(2026, 12, 31), False)


def test_a_pause_leaves_out_the_days_of_waiting() -> None:
    start = date(2026, 11, 2)
    asked = Pause(date(2026, 11, 4), date(2026, 11, 10), "补正")
    assert rules.add_workdays(start, 5, CAL).on == date(2026, 11, 9)
    assert rules.due_with_pauses(start, 5, [asked], CAL).on == date(2026, 11, 13)


def test_an_answer_on_the_day_of_asking_moves_nothing() -> None:
    start, same_day = date(2026, 11, 2), Pause(date(2026, 11, 4), date(2026, 11, 4))
    assert rules.due_with_pauses(start, 5, [same_day], CAL) == rules.add_workdays(start, 5, CAL)


def test_two_pauses_that_overlap_count_once() -> None:
    start = date(2026, 11, 2)
    one = [Pause(date(2026, 11, 4), date(2026, 11, 10))]
    two = [Pause(date(2026, 11, 4), date(2026, 11, 6)), Pause(date(2026, 11, 5), date(2026, 11, 10))]
    assert rules.due_with_pauses(start, 5, one, CAL) == rules.due_with_pauses(start, 5, two, CAL)


def test_an_open_pause_runs_to_today_and_needs_to_know_it() -> None:
    start, waiting = date(2026, 11, 2), [Pause(date(2026, 11, 4), None)]
    early = rules.due_with_pauses(start, 5, waiting, CAL, today=date(2026, 11, 10))
    late = rules.due_with_pauses(start, 5, waiting, CAL, today=date(2026, 11, 11))
    assert (early.on, late.on) == (date(2026, 11, 13), date(2026, 11, 16))
    with pytest.raises(ValueError):
        rules.due_with_pauses(start, 5, waiting, CAL)


def test_a_limit_is_never_negative_and_a_pause_never_backwards() -> None:
    with pytest.raises(ValueError):
        rules.add_workdays(date(2026, 11, 2), -1, CAL)
    with pytest.raises(ValueError):
        rules.due_with_pauses(date(2026, 11, 2), 1, [Pause(date(2026, 11, 5), date(2026, 11, 4))], CAL)


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 11, 23), 4),
        (date(2026, 11, 25), 2),
        (date(2026, 11, 27), 0),
        (date(2026, 11, 28), -1),
        (date(2026, 11, 30), -1),
        (date(2026, 12, 1), -2),
    ],
)
def test_the_working_days_left_are_counted_and_turn_negative_when_overdue(today: date, left: int) -> None:
    assert rules.remaining(date(2026, 11, 27), today, CAL) == left


def test_a_due_day_ends_at_midnight_in_china() -> None:
    due = date(2026, 11, 27)
    assert rules.local_day(rules.end_of(due)) == due
    assert rules.local_day(rules.end_of(due) + timedelta(microseconds=1)) == date(2026, 11, 28)
    assert rules.local_day(datetime.fromisoformat("2026-11-26T16:00:00+00:00")) == due
    assert rules.start_of(due).isoformat() == "2026-11-27T00:00:00+08:00"


@given(days_of_four_years, st.integers(1, 60))
def test_a_due_date_is_a_working_day_with_exactly_so_many_after_receipt(start: date, days: int) -> None:
    due = rules.add_workdays(start, days, CAL)
    assert CAL.is_workday(due.on)
    assert rules.workdays_between(start, due.on, CAL) == days
    assert rules.remaining(due.on, start, CAL) == days
    assert due.provisional == (due.on.year > 2026)


@given(days_of_four_years, st.integers(1, 30), st.integers(0, 40), st.integers(0, 40))
def test_a_pause_moves_a_due_date_by_the_working_days_it_took(start: date, days: int, later: int, length: int) -> None:
    begin = start + timedelta(days=later)
    pause = Pause(begin, begin + timedelta(days=length))
    plain, paused = rules.add_workdays(start, days, CAL), rules.due_with_pauses(start, days, [pause], CAL)
    assert paused.on >= plain.on
    assert rules.elapsed(start, paused.on, [pause], CAL) == days
    assert rules.due_with_pauses(start, days, [pause], CAL) == paused
