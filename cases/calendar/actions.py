"""Loading the calendar of a year, and telling those whose open deadlines are to be counted again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.models import CalendarYear, Workday
from cases.calendar.queries import forget_edition, revision
from cases.errors import Invalid
from cases.text import clean, table

SHIPPED = Path(__file__).parent / "data" / "holidays.csv"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: the year, its number of days off and make-up days, and whether anything changed."""

    year: int
    holidays: int
    workdays: int
    changed: bool


Handler = Callable[..., None]
_when_loaded: list[Handler] = []


def on_calendar_loaded(handler: Handler) -> Handler:
    """Have ``handler(loaded=, by=, now=)`` told of every changed year, in the same transaction.

    The engine counts its open deadlines again there, and history records the load.
    """
    if handler not in _when_loaded:
        _when_loaded.append(handler)
    return handler


def load_calendar(*, rows: Iterable[Mapping[str, str]], source: str, by: Any, now: datetime) -> Loaded:
    """Load the days off and make-up days (放假与调休) of one year as its notice states them, in place of any before.

    ``rows`` have date (2027-01-01), kind (holiday or workday) and name; days of the December before or the January
    after may be among them. The same rows again change nothing. Raises Invalid with a sentence for each wrong row.
    """
    days = _checked(list(rows), source)
    year = _year_of([day.date for day in days])
    with transaction.atomic():
        if not _differs(year, days):
            return _loaded(year, days, changed=False)
        _store(year, days, source, by, now)
        loaded = _loaded(year, days, changed=True)
        for tell in _when_loaded:
            tell(loaded=loaded, by=by, now=now)
    return loaded


def _checked(rows: list[Mapping[str, str]], source: str) -> list[Workday]:
    faults: dict[str, Any] = {}
    days: dict[date, Workday] = {}
    for line, row in enumerate(rows, start=2):
        try:
            day = date.fromisoformat(clean(row.get("date", "")))
        except ValueError:
            faults[f"{line}.date"] = _("日期应写成 2027-01-01 的样子。")
            continue
        kind = clean(row.get("kind", ""))
        if kind not in (Workday.HOLIDAY, Workday.WORKDAY):
            faults[f"{line}.kind"] = _("类别只能是 holiday（放假）或 workday（调休上班）。")
        elif day in days:
            faults[f"{line}.date"] = _("这一天写了两次。")
        elif not clean(row.get("name", "")):
            faults[f"{line}.name"] = _("请写明节日名称。")
        else:
            notice = clean(row.get("notice", "")) or source
            days[day] = Workday(date=day, kind=kind, name=clean(row["name"])[:60], notice=notice[:300])
    if not rows:
        faults["1.date"] = _("表里没有任何日期。")
    if faults:
        raise Invalid(_("日历没有载入，请改正后再试。"), fields=faults, code="calendar_rows")
    return sorted(days.values(), key=lambda day: day.date)


def _year_of(days: list[date]) -> int:
    years = [day.year for day in days]
    year = max(set(years), key=years.count)
    strange = [day for day in days if abs((day - date(year, 7, 1)).days) > 230]
    if strange:
        wrong = format_lazy(_("{day} 不属于 {year} 年。一次只载入一年。"), day=strange[0].isoformat(), year=year)
        raise Invalid(wrong, code="calendar_years")
    return year


def _differs(year: int, days: list[Workday]) -> bool:
    held = set(Workday.objects.filter(year=year).values_list("date", "kind", "name"))
    return held != {(day.date, day.kind, day.name) for day in days}


def _store(year: int, days: list[Workday], source: str, by: Any, now: datetime) -> None:
    name = by if isinstance(by, str) else str(getattr(by, "username", ""))
    told = {"revision": revision() + 1, "source": source[:300], "loaded_at": now, "loaded_by": name[:100]}
    row, _made = CalendarYear.objects.update_or_create(year=year, defaults=told)
    Workday.objects.filter(year=row).delete()
    Workday.objects.filter(date__in=[day.date for day in days]).delete()
    for day in days:
        day.year = row
    Workday.objects.bulk_create(days)
    forget_edition()


def _loaded(year: int, days: list[Workday], *, changed: bool) -> Loaded:
    off = sum(day.kind == Workday.HOLIDAY for day in days)
    return Loaded(year, off, len(days) - off, changed)


def load_reference(*, now: datetime) -> list[Loaded]:
    """Load the shipped years; a second time changes nothing, and a year an office corrected is left as it is."""
    years: dict[str, list[dict[str, str]]] = {}
    for row in table(SHIPPED):
        years.setdefault(row["notice"], []).append(row)
    done = []
    for notice, rows in years.items():
        year = _year_of([date.fromisoformat(row["date"]) for row in rows])
        if not CalendarYear.objects.filter(year=year).exists():
            done.append(load_calendar(rows=rows, source=notice, by="system", now=now))
    return done
