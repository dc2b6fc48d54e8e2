"""Working days (工作日): due dates with Chinese holidays and make-up days, and pauses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off and make-up working days (调休) of the years whose State Council notice is loaded."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day; a year that is not loaded counts its weekdays."""
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def covers(self, day: date) -> bool:
        """Whether the notice for the year of this day is loaded."""
        return day.year in self.years


WEEKDAYS_ONLY = Calendar(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Due:
    """A due date; ``provisional`` (暂定) when it was counted through a year whose calendar is not announced."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stood still. The day it began has been used, the day it ended is not counted."""

    start: date
    end: date | None
    reason: str = ""


def _days_after(start: date) -> Iterator[date]:
    day = start
    while True:
        day += timedelta(days=1)
        yield day


def add_workdays(start: date, days: int, cal: Calendar) -> Due:
    """The due date so many working days after receipt; the day of receipt is not counted (domain 4.4).

    Raises ValueError for a negative number of days.
    """
    return due_with_pauses(start, days, (), cal)


def due_with_pauses(
    start: date, days: int, pauses: Sequence[Pause], cal: Calendar, *, today: date | None = None
) -> Due:
    """The due date recounted from receipt, leaving out the days of each pause: the same input gives the same answer.

    A pause that is still open runs to ``today``, so the answer moves on with each day of waiting.
    Raises ValueError for a negative number of days, a pause that ends before it starts, or an open pause without today.
    """
    if days < 0:
        raise ValueError("a time limit has no negative number of working days")
    closed = [_closed(pause, today) for pause in pauses]
    if days == 0:
        return Due(start, not cal.covers(start))
    left, provisional = days, False
    for day in _days_after(start):
        provisional = provisional or not cal.covers(day)
        if any(begin < day <= end for begin, end in closed):
            continue
        if cal.is_workday(day):
            left -= 1
            if left == 0:
                return Due(day, provisional)
    raise AssertionError("days go on")


def _closed(pause: Pause, today: date | None) -> tuple[date, date]:
    end = pause.end if pause.end is not None else today
    if end is None:
        raise ValueError("a pause that is still open needs today")
    if pause.end is not None and pause.end < pause.start:
        raise ValueError("a pause cannot end before it starts")
    return pause.start, end


def workdays_between(after: date, until: date, cal: Calendar) -> int:
    """Working days later than ``after`` up to and including ``until``; 0 when ``until`` is not later."""
    return sum(cal.is_workday(after + timedelta(days=step)) for step in range(1, (until - after).days + 1))


def elapsed(start: date, today: date, pauses: Iterable[Pause], cal: Calendar) -> int:
    """Working days used since receipt, pauses left out."""
    closed = [_closed(pause, today) for pause in pauses]
    days = (start + timedelta(days=step) for step in range(1, (today - start).days + 1))
    return sum(cal.is_workday(day) and not any(begin < day <= end for begin, end in closed) for day in days)


def worktime(start: datetime, end: datetime, cal: Calendar) -> timedelta:
    """工作时长: how much of a stretch fell on working days; one workday is 24 hours, from midnight to midnight in China.

    Days off count nothing, so from Friday 18:00 to Monday 06:00 half a workday went by.
    """
    total, moment = timedelta(0), start
    while moment < end:
        midnight = start_of(local_day(moment) + timedelta(days=1))
        if cal.is_workday(local_day(moment)):
            total += min(midnight, end) - moment
        moment = midnight
    return total


def remaining(due: date, today: date, cal: Calendar) -> int:
    """Working days left (剩余工作日): 0 on the due date, negative when overdue, -1 also on a day off just after it."""
    if today <= due:
        return workdays_between(today, due, cal)
    return -max(1, workdays_between(due, today, cal))


def near_from(due: date, days: int, cal: Calendar) -> date:
    """提醒日: the first day on which no more than so many working days are left until a due date (`remaining`)."""
    day, left = due, 0
    while True:
        left += cal.is_workday(day)
        if left > days:
            return day
        day -= timedelta(days=1)


def local_day(moment: datetime) -> date:
    """The day in China on which a moment falls."""
    return moment.astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """The last moment of a due date in China: from the next midnight on it is overdue."""
    return datetime.combine(day + timedelta(days=1), time.min, ZONE) - timedelta(microseconds=1)


def start_of(day: date) -> datetime:
    """Midnight in China at which a day begins."""
    return datetime.combine(day, time.min, ZONE)
