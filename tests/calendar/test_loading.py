"""A calendar is loaded by year, seen at once, and tells those who count deadlines; the clock cannot be set."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.calendar import actions, clock, queries
from cases.calendar.models import CalendarYear, Workday
from cases.calendar.rules import add_workdays
from cases.errors import Invalid

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NOTICE_2027 = [
    {"date": "2027-01-01", "kind": "holiday", "name": "元旦"},
    {"date": "2027-01-02", "kind": "holiday", "name": "元旦"},
    {"date": "2027-01-03", "kind": "workday", "name": "元旦调休"},
]


def load(rows: list[dict[str, str]] = NOTICE_2027) -> actions.Loaded:
    return actions.load_calendar(rows=rows, source="试验通知", by="test", now=NOW)


def test_the_shipped_years_are_loaded_with_every_set_up_and_once_only() -> None:
    actions.load_reference(now=NOW)
    assert queries.calendar().years == {2023, 2024, 2025, 2026}
    before = queries.revision()
    assert actions.load_reference(now=NOW) == []
    assert queries.revision() == before


def test_a_new_year_is_seen_without_a_restart_and_makes_dates_certain() -> None:
    actions.load_reference(now=NOW)
    early = add_workdays(date(2026, 12, 30), 3, queries.calendar())
    load()
    late = add_workdays(date(2026, 12, 30), 3, queries.calendar())
    assert (early.on, early.provisional) == (date(2027, 1, 4), True)
    assert (late.on, late.provisional) == (date(2027, 1, 4), False)
    assert queries.calendar().is_workday(date(2027, 1, 3))


def test_whoever_counts_deadlines_is_told_of_a_change_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(actions, "_when_loaded", [])
    actions.on_calendar_loaded(lambda **told: heard.append(told["loaded"]))
    assert load() == actions.Loaded(2027, 2, 1, True)
    assert load().changed is False
    assert heard == [actions.Loaded(2027, 2, 1, True)]


def test_a_corrected_year_takes_the_place_of_the_first() -> None:
    load()
    load([NOTICE_2027[0]])
    assert list(Workday.objects.filter(year=2027).values_list("date", flat=True)) == [date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"date": "2027-13-01", "kind": "holiday", "name": "元旦"}, "5.date"),
        ({"date": "2027-05-01", "kind": "party", "name": "元旦"}, "5.kind"),
        ({"date": "2027-05-01", "kind": "holiday", "name": ""}, "5.name"),
        ({"date": "2027-01-01", "kind": "workday", "name": "元旦"}, "5.date"),
    ],
)
def test_one_wrong_row_keeps_the_whole_year_out(row: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        load([*NOTICE_2027, row])
    assert list(refused.value.fields) == [field]
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_two_years_in_one_table_are_refused() -> None:
    with pytest.raises(Invalid):
        load([*NOTICE_2027, {"date": "2028-06-01", "kind": "holiday", "name": "端午"}])
    with pytest.raises(Invalid):
        load([])


def test_the_clock_is_one_function_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname = 'relief_now'")
        assert cursor.fetchall() == [("s",)]
    assert clock.today() == (clock.now() + timedelta(hours=8)).date()


def test_the_demonstration_clock_moves_forward_in_view_and_never_back(monkeypatch: pytest.MonkeyPatch) -> None:
    moves: list[dict[str, Any]] = []
    monkeypatch.setattr(clock, "_when_moved", [])
    clock.on_clock_moved(lambda **told: moves.append(told))
    assert clock.is_demo_clock()
    start = clock.now()
    assert timedelta(days=3) <= clock.move_demo_clock(days=3, by="test") - start < timedelta(days=3, minutes=1)
    target = clock.today() + timedelta(days=40)
    assert clock.move_demo_clock(to=target, by="test").date() == target
    assert [move["by"] for move in moves] == ["test", "test"]
    with pytest.raises(Invalid):
        clock.move_demo_clock(days=-1, by="test")


def test_the_application_cannot_turn_the_clock_back_nor_replace_it() -> None:
    clock.move_demo_clock(days=2, by="test")
    for statement in (
        "UPDATE cases_demo_clock SET ahead = interval '1 hour'",
        "DELETE FROM cases_demo_clock",
        "CREATE OR REPLACE FUNCTION relief_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    ):
        with (
            pytest.raises(DatabaseError, match="forward|permission|owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
