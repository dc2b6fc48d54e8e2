"""The working calendar as it is loaded now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.db.models import Max

from cases.calendar.models import CalendarYear, Workday
from cases.calendar.rules import WEEKDAYS_ONLY, Calendar

_held: tuple[int, Calendar] = (0, WEEKDAYS_ONLY)
_told: ContextVar[list[int] | None] = ContextVar("relief_calendar_revision", default=None)


@contextmanager
def told(revision: int | None) -> Iterator[None]:
    """While an act goes on, whose first question also asked for the edition, it need not be asked again."""
    token = _told.set(None if revision is None else [revision])
    try:
        yield
    finally:
        _told.reset(token)


def revision() -> int:
    """Which edition of the calendar is loaded; grows with every load."""
    return int(CalendarYear.objects.aggregate(last=Max("revision"))["last"] or 0)


def forget_edition() -> None:
    """Another edition was loaded by the open act itself."""
    if known := _told.get():
        known.clear()


def calendar() -> Calendar:
    """The loaded calendar, kept in the process until another edition is loaded (asked once an act, else once a call)."""
    global _held
    known = _told.get()
    last = known[0] if known else revision()
    if last != _held[0]:
        _held = (last, _read())
    return _held[1] if last else WEEKDAYS_ONLY


def _read() -> Calendar:
    days: dict[str, set[date]] = {Workday.HOLIDAY: set(), Workday.WORKDAY: set()}
    for day, kind in Workday.objects.values_list("date", "kind"):
        days[kind].add(day)
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    return Calendar(frozenset(days[Workday.HOLIDAY]), frozenset(days[Workday.WORKDAY]), years)
