"""The working calendar as it is loaded now."""

from datetime import date

from django.db.models import Max

from cases.calendar.models import CalendarYear, Workday
from cases.calendar.rules import WEEKDAYS_ONLY, Calendar

_held: tuple[int, Calendar] = (0, WEEKDAYS_ONLY)


def revision() -> int:
    """Which edition of the calendar is loaded; grows with every load."""
    return int(CalendarYear.objects.aggregate(last=Max("revision"))["last"] or 0)


def calendar() -> Calendar:
    """The loaded calendar, kept in the process until another edition is loaded (one small query a call)."""
    global _held
    last = revision()
    if last != _held[0]:
        _held = (last, _read())
    return _held[1] if last else WEEKDAYS_ONLY


def _read() -> Calendar:
    days: dict[str, set[date]] = {Workday.HOLIDAY: set(), Workday.WORKDAY: set()}
    for day, kind in Workday.objects.values_list("date", "kind"):
        days[kind].add(day)
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    return Calendar(frozenset(days[Workday.HOLIDAY]), frozenset(days[Workday.WORKDAY]), years)
