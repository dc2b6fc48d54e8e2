"""When a new year is loaded, open due dates are counted again and each change stands in the history of its case."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.calendar import clock
from cases.calendar.models import CalendarYear
from cases.history.models import Event
from workflows.models import Timer, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Any, published: Any) -> Any:
    """A case that arrives on 31 December 2026: its limit reaches into a year that is not loaded."""
    published("two_step")
    clock.move_demo_clock(to=date(2026, 12, 31), by=cast["prov_head"])
    return drive.apply(slug="two_step", number=1, by=cast["applicant1"])


def load(folder: Path, *extra: str) -> str:
    file = folder / "2027.csv"
    days = [f"2027-01-0{day},holiday,试验假日" for day in range(1, 8)]
    file.write_text("\n".join(["date,kind,name", *days, *extra]) + "\n", encoding="utf-8")
    said = StringIO()
    call_command("load_calendar", str(file), "--source", "试验通知", stdout=said, stderr=said)
    return said.getvalue()


def test_a_provisional_date_becomes_certain_and_the_case_says_so(case: Any, tmp_path: Path) -> None:
    item = drive.open_item(case)
    before = item.due_on
    assert item.due_provisional and before is not None
    assert "7 days off" in load(tmp_path)
    item.refresh_from_db()
    assert not item.due_provisional
    assert item.due_on == before + timedelta(days=7)
    told = Event.objects.get(stream__kind="case", stream__key=str(case.pk), action="step.recounted")
    assert before.isoformat() in told.payload and item.due_on.isoformat() in told.payload
    assert Event.objects.filter(stream__kind="config", action="calendar.loaded", payload__contains="2027").count() == 1
    assert all(timer.due_at.date() >= item.due_on for timer in Timer.objects.filter(key=str(item.pk), kind="lapse"))


def test_the_same_calendar_again_moves_nothing(case: Any, tmp_path: Path) -> None:
    load(tmp_path)
    assert "As before" in load(tmp_path)
    assert Event.objects.filter(action="step.recounted").count() == 1


def test_a_correction_moves_the_date_back(case: Any, tmp_path: Path) -> None:
    load(tmp_path)
    first = drive.open_item(case).due_on
    load(tmp_path, "2027-01-09,workday,试验调休")
    second = drive.open_item(case).due_on
    assert first is not None and second is not None and second < first
    assert Event.objects.filter(action="step.recounted").count() == 2


def test_a_table_with_a_fault_moves_nothing_and_is_named(case: Any, tmp_path: Path) -> None:
    before = WorkItem.objects.values_list("due_on", "due_provisional").get(pk=drive.open_item(case).pk)
    with pytest.raises(CommandError):
        load(tmp_path, "2027-01-xx,holiday,试验")
    assert not CalendarYear.objects.filter(year=2027).exists()
    assert WorkItem.objects.values_list("due_on", "due_provisional").get(pk=drive.open_item(case).pk) == before


def test_every_move_of_the_demonstration_clock_is_an_event(cast: Any) -> None:
    clock.move_demo_clock(days=3, by=cast["prov_head"])
    told = Event.objects.get(stream__kind="config", stream__key="clock", action="clock.moved")
    assert told.actor == cast["prov_head"].pk
