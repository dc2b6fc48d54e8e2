"""Counts finished steps day by day into the table of times (办理用时统计): each closed day once, resumable after any stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.actions import Loaded, on_calendar_loaded
from cases.calendar.queries import calendar
from cases.calendar.rules import Calendar, end_of, local_day, start_of
from cases.programme import programme
from workflows.engine import clockwork
from workflows.flow import road_of
from workflows.models import Handover, Pause, SpeedMark, StepSpeed, WorkItem
from workflows.reports.rules import MEASURES, Stretch, Visit, held, quarter_of, stood_still, times, together

MOST_DAYS = 200
"""Days counted in one run; an old database is caught up with in a few hours."""
SETTLED = timedelta(hours=1)
"""A day is counted when it is over for so long: whoever decided before midnight has committed by then."""
PAID = "payment_paid"
Key = tuple[str, str, str, str]


def listen() -> None:
    """Count every hour, and again from a year on whose calendar is loaded later; called once when the app starts."""
    clockwork.every("speed", title=_("统计办理用时"), each=timedelta(hours=1))(count)
    on_calendar_loaded(calendar_loaded)


def count() -> int:
    """统计用时: count the days that are over and not counted yet; answers how many days had something to count."""
    last = local_day(clock.now() - SETTLED) - timedelta(days=1)
    mark = SpeedMark.objects.filter(pk=1).first()
    if mark is not None and mark.until is not None and mark.until >= last:
        return 0
    days = 0
    while days < MOST_DAYS and _next_day(last):
        days += 1
    return days


def calendar_loaded(*, loaded: Loaded, by: Any, now: datetime) -> None:
    """日历已载入: what was counted from that year on by weekdays is counted again by the announced days off."""
    first = date(loaded.year, 1, 1)
    with transaction.atomic():
        mark = SpeedMark.objects.select_for_update().filter(until__gte=first).first()
        if mark is not None:
            StepSpeed.objects.filter(quarter__gte=first).delete()
            mark.until = first - timedelta(days=1)
            mark.save(update_fields=["until"])


def _next_day(last: date) -> bool:
    """Count the first day with something finished after the mark; False when nothing is left, or another one counts."""
    SpeedMark.objects.get_or_create(pk=1)
    with transaction.atomic():
        mark = SpeedMark.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if mark is None:
            return False
        rows = WorkItem.objects.filter(state="done", done_at__lte=end_of(last))
        if mark.until is not None:
            rows = rows.filter(done_at__gt=end_of(mark.until))
        moment = rows.order_by("done_at").values_list("done_at", flat=True).first()
        mark.until = local_day(moment) if moment else last
        if moment:
            _count_day(mark.until)
        mark.save(update_fields=["until"])
        return bool(moment)


def _count_day(day: date) -> None:
    items = list(
        WorkItem.objects.filter(state="done", done_at__gte=start_of(day), done_at__lte=end_of(day))
        .select_related("case__run", "task")
        .order_by("pk")
    )
    cal, known = calendar(), _Known(items)
    rows: dict[Key, dict[str, Any]] = defaultdict(_empty)
    for item in items:
        place = (item.case.run.flow, item.step, item.case.handling_code[:6], item.division_code)
        _take(rows[place], known.visit(item), cal)
        rows[place]["again"] += known.is_again(item)
        rows[place]["returned"] += _sends_back(item)
        rows[place]["late"] += item.due_on is not None and day > item.due_on
    for item, visit in _paid(items):
        _take(rows[(item.case.run.flow, "", item.case.handling_code[:6], "")], visit, cal)
    _store(quarter_of(day), rows)


def _empty() -> dict[str, Any]:
    return {"done": 0, "again": 0, "returned": 0, "late": 0, **{name: defaultdict(int) for name in MEASURES}}


def _take(row: dict[str, Any], visit: Visit, cal: Calendar) -> None:
    row["done"] += 1
    for name, tenths in times(visit, cal).items():
        row[name][str(tenths)] += 1


class _Known:
    """What is known of some finished steps: who held them when, when their clock stood still, what came before."""

    def __init__(self, items: Iterable[WorkItem]) -> None:
        items = list(items)
        keys = [item.pk for item in items]
        self.changes: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
        for pk, moment, person in (
            Handover.objects.filter(item__in=keys).order_by("pk").values_list("item_id", "at", "to_person")
        ):
            self.changes[pk].append((moment, person is not None))
        self.pauses: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
        for pk, start, end in Pause.objects.filter(item__in=keys).values_list("item_id", "starts_on", "ends_on"):
            self.pauses[pk].append((start, end))
        self.first: dict[tuple[int, str], datetime] = {}
        cases = {item.case_id for item in items}
        earlier = WorkItem.objects.filter(case__in=cases, state="done").order_by("done_at")
        for case, step, left in earlier.values_list("case_id", "step", "done_at"):
            if left is not None:
                self.first.setdefault((case, step), left)

    def is_again(self, item: WorkItem) -> bool:
        """Whether the case had left this step before and came back."""
        return self.first[(item.case_id, item.step)] < item.offered_at

    def visit(self, item: WorkItem) -> Visit:
        """One stay at a step; what waits for the applicant is a pause as a whole."""
        assert item.done_at is not None
        if not item.role:
            return Visit(item.offered_at, item.done_at, paused=[(item.offered_at, item.done_at)])
        pauses = [stood_still(start, end, item.done_at) for start, end in self.pauses[item.pk]]
        return Visit(item.offered_at, item.done_at, held(self.changes[item.pk], item.done_at), pauses)


def _sends_back(item: WorkItem) -> bool:
    exit = getattr(getattr(road_of(item.case), item.step, None), "exits", {}).get((item.task.data or {}).get("exit"))
    return exit is not None and exit.kind == "return"


def _paid(items: Iterable[WorkItem]) -> Iterator[tuple[WorkItem, Visit]]:
    """The whole road, from submit to money, of each case that was paid for the first time."""
    paid = {item.case_id: item for item in items if _is_paid(item)}
    roads: dict[int, list[WorkItem]] = defaultdict(list)
    for item in WorkItem.objects.filter(case__in=paid, state="done").select_related("task").order_by("pk"):
        roads[item.case_id].append(item)
    known = _Known(item for road in roads.values() for item in road)
    for pk, last in paid.items():
        road = [item for item in roads[pk] if item.pk <= last.pk]
        submitted = last.case.submitted_at
        if submitted is None or last.done_at is None or sum(map(_is_paid, road)) > 1:
            continue
        stays = [known.visit(item) for item in road]
        holds: list[Stretch] = [stretch for stay in stays for stretch in stay.held]
        pauses: list[Stretch] = [stretch for stay in stays for stretch in stay.paused]
        yield last, Visit(submitted, last.done_at, holds, pauses)


def _is_paid(item: WorkItem) -> bool:
    is_for_the_person = not programme(item.case.programme).in_kind  # a fee for fitting ends nobody's wait
    return is_for_the_person and item.kind == "wait" and (item.task.data or {}).get("exit") == PAID


def _store(quarter: date, rows: dict[Key, dict[str, Any]]) -> None:
    kept = {
        (row.flow, row.step, row.area, row.office): row
        for row in StepSpeed.objects.filter(
            quarter=quarter, flow__in={key[0] for key in rows}, step__in={key[1] for key in rows}
        )
    }
    fresh: list[StepSpeed] = []
    changed: list[StepSpeed] = []
    for key, found in rows.items():
        flow, step, area, office = key
        row = kept.get(key) or StepSpeed(quarter=quarter, flow=flow, step=step, area=area, office=office)
        for name in ("done", "again", "returned", "late"):
            setattr(row, name, getattr(row, name) + found[name])
        for name in MEASURES:
            setattr(row, name, together([getattr(row, name), found[name]]))
        (changed if key in kept else fresh).append(row)
    StepSpeed.objects.bulk_create(fresh)
    StepSpeed.objects.bulk_update(changed, ["done", "again", "returned", "late", *MEASURES])
