"""The desk (办理台): its queues, their counts, and one page of each, read from the work items alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post, Role
from cases.access.queries import sees, work_posts
from cases.access.rules import VEILED
from cases.calendar.queries import calendar
from cases.calendar.rules import Calendar, add_workdays, local_day, remaining
from cases.errors import NotFound
from cases.policy.rules import LONGEST_WARNING
from cases.programme import programme, programmes
from cases.regions.models import Division
from cases.states import state
from workflows import overdue, pool
from workflows.desk.forms import in_my_language
from workflows.desk.paging import PAGE, Page, beyond, paged
from workflows.flow import graph, step_of
from workflows.models import Handover, WorkItem

MOST = 100
"""Counts stop here and are shown as 99+: a count must not walk through a big table."""

WORK = "work"
"""What I hold and what I may take, in one list: the tasks of the API."""
QUEUES = {
    "open": _("待领取"),
    "mine": _("我的"),
    "later": _("已搁置"),
    "waiting": _("等别人"),
    "today": _("今天到期和超期"),
    "soon": _("快到期"),
    "done": _("已办"),
}
NOT_MINE = ("waiting", "done")
"""Queues of which nobody takes anything."""


@dataclass(frozen=True)
class Viewer:
    """Who looks at the desk, with the posts held now; read once a page."""

    user: Any
    posts: tuple[Post, ...]
    today: date

    @classmethod
    def of(cls, user: Any, now: datetime) -> Viewer:
        """The viewer at this moment."""
        return cls(user, tuple(work_posts(user)), local_day(now))


def parts(viewer: Viewer, name: str) -> list[QuerySet[WorkItem]]:
    """One queue, of cases the viewer may see, in parts of each of which an index gives the next in turn.

    Entrusted work (委托代审) stands at the office that does it.

    today and soon are of what I hold or may take: due by today, and after that within the warning days of its policy;
    a turn is never later than the due date, so that the index of turns finds them. waiting is everything of my area that
    somebody else has to do: the applicant, another office, the panel, the bank, a colleague. What is put off is not in my
    inbox, and is in the queues of what is due.
    """
    may_see = sees(viewer.user, "case__") | _veiled(viewer)
    return [WorkItem.objects.filter(part & may_see) for part in _parts(viewer, name)]


def _veiled(viewer: Viewer) -> Q:
    """Steps behind the veil of my own post: their rows say neither who nor where."""
    reach = Q(pk__in=[])
    for post in viewer.posts:
        if VEILED.keys() & set(post.role.rights):
            reach |= pool.of_post(post)
    return reach


def _parts(viewer: Viewer, name: str) -> list[Q]:
    mine, free = pool.held_by(viewer.user), pool.parts(viewer.user, viewer.posts)
    later = pool.put_off(viewer.today)
    if name == "open":
        return free
    if name == "mine":
        return [mine & ~later]
    if name == "later":
        return [mine & later]
    if name == WORK:
        return [mine & ~later, *free]
    if name == "waiting":
        others = Q(state__in=["open", "claimed"]) & ~mine & ~pool.may_take(viewer.user, viewer.posts)
        return [_area(viewer) & others]
    if name == "today":
        return [part & Q(due_on__lte=viewer.today, turn_on__lte=viewer.today) for part in (mine, *free)]
    if name == "soon":
        limit = add_workdays(viewer.today, LONGEST_WARNING, calendar()).on
        due = Q(due_on__gt=viewer.today, near_on__lte=viewer.today, turn_on__lte=limit)
        return [part & due for part in (mine, *free)]
    if name == "done":
        return [Q(state="done", holder=viewer.user)]
    raise NotFound()


def _area(viewer: Viewer) -> Q:
    reach = Q(pk__in=[])
    for post in viewer.posts:
        if "case.read" in post.role.rights:
            area = post.stand_in.area if post.stand_in else post.office.division_code
            reach |= Q(case__handling_code__startswith=area)
    return reach


def counts(viewer: Viewer) -> dict[str, str]:
    """How many stand in each queue, in one statement; from a hundred on only "99+"."""
    wanted: list[str] = []
    params: list[Any] = []
    for name in QUEUES:
        some: list[str] = []
        for part in parts(viewer, name):
            try:
                sql, values = part.order_by().values("pk")[:MOST].query.sql_with_params()
            except EmptyResultSet:
                continue
            some.append(f"({sql})")
            params += values
        # somebody may reach a step in two posts: it counts once
        wanted.append(f"(SELECT count(*) FROM ({' UNION '.join(some)}) AS q_{name})" if some else "0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(wanted), params)
        row = cursor.fetchone()
    return {name: str(number) if number < MOST else f"{MOST - 1}+" for name, number in zip(QUEUES, row, strict=True)}


def page(viewer: Viewer, name: str, filters: Mapping[str, Any], *, after: str = "", before: str = "") -> Page:
    """Thirty rows of a queue as their turn comes (已办: newest first), joined with number and masked name; keyset, no COUNT."""
    rows = [filtered(part, filters) for part in parts(viewer, name)]
    return paged(*rows, by_done=name == "done", after=after, before=before)


def filtered(rows: QuerySet[WorkItem], filters: Mapping[str, Any]) -> QuerySet[WorkItem]:
    """The rows that the filters of the page leave: number, step, programme, place, only entrusted ones."""
    if filters.get("number"):
        rows = rows.filter(case__number__startswith=filters["number"].upper())
    if filters.get("step"):
        rows = rows.filter(step=filters["step"])
    if filters.get("programme"):
        rows = rows.filter(case__programme=filters["programme"])
    if filters.get("place"):
        rows = rows.filter(case__handling_code__startswith=filters["place"])
    if filters.get("entrusted"):
        rows = rows.exclude(entrusted_from="")
    return rows


def in_turn(
    viewer: Viewer, name: str, filters: Mapping[str, Any], after: WorkItem | None = None
) -> list[QuerySet[WorkItem]]:
    """What of a queue with its filters the viewer holds or may take, in its parts, from behind one of its items on."""
    if name in NOT_MINE:
        return []
    rows = [filtered(part, filters) for part in parts(viewer, name)]
    if after is None:
        return rows
    return [part.filter(beyond((after.turn_on, after.pk), newest_first=False, backwards=False)) for part in rows]


def untold(viewer: Viewer) -> list[Handover]:
    """转手提醒: steps that the viewer lost (taken over, claim run out) and has not been shown yet, oldest first."""
    rows = Handover.objects.filter(from_person=viewer.user, seen_at=None)
    return list(
        rows.select_related("item__case", "from_person", "to_person", "actor", "on_behalf_of").order_by("id")[:PAGE]
    )


def may_take(viewer: Any, item: WorkItem) -> bool:
    """Whether one of the viewer's posts may do this step here."""
    return any(pool.reaches(post, item) for post in work_posts(viewer))


@dataclass(frozen=True)
class Row:
    """One line of a queue as people read it."""

    item: WorkItem
    programme: Any
    title: Any
    place: str
    left: int | None
    state: Any
    name: str
    opens: bool
    whom: Any
    is_suspended: bool
    is_near: bool


def rows_of(items: list[WorkItem], today: date, cal: Calendar) -> list[Row]:
    """The lines of a page; places and roles are read in one statement each for all of them."""
    codes = {code for item in items for code in (item.case.handling_code, item.entrusted_from) if code}
    places = {
        place.code: in_my_language(place.name, place.name_en) for place in Division.objects.filter(code__in=codes)
    }
    roles = {role.code: in_my_language(role.name, role.name_en) for role in Role.objects.all()}
    return [_row(item, places, roles, today, cal) for item in items]


def _row(item: WorkItem, places: Mapping[str, str], roles: Mapping[str, str], today: date, cal: Calendar) -> Row:
    """A veiled step says neither who nor where, and its case is closed to the expert once he has answered."""
    step, is_open = step_of(item), item.state in ("open", "claimed")
    return Row(
        item,
        programme(item.case.programme).name,
        step.title,
        "" if step.veiled else places.get(item.case.handling_code, item.case.handling_code),
        remaining(item.due_on, today, cal) if item.due_on and is_open else None,
        state(item.case.state),
        "" if step.veiled else item.case.masked_name,
        is_open or not step.veiled,
        _whom(item, roles),
        is_open and bool(getattr(item, "stands_still", False)),
        is_open and item.is_near(today),
    )


def _whom(item: WorkItem, roles: Mapping[str, str]) -> Any:
    """Who has to do it now: the holder, else the role, else the applicant or helper."""
    return item.holder.name if item.holder else roles.get(item.role) or _("申请人或代办人")


@dataclass(frozen=True)
class Late:
    """我的超期: what the viewer holds past its due date, as it stands above each of his queues."""

    rows: list[tuple[WorkItem, Any, int]]
    has_more: bool


def late_of(viewer: Viewer, cal: Calendar) -> Late:
    """超期提醒 to the holder himself: item, step and workdays late (below nothing), no longer once he has done it."""
    found = overdue.held_late(viewer.user, viewer.today)
    shown = found[: overdue.SHOWN]
    rows = [(item, step_of(item).title, remaining(item.due_on, viewer.today, cal)) for item in shown if item.due_on]
    return Late(rows, len(found) > len(shown))


def step_names() -> list[tuple[str, Any]]:
    """Every human step of every road, for the filter."""
    found = {
        node.name: node.title
        for card in programmes()
        for road in card.roads.values()
        for node in graph(road).nodes
        if node.kind == "step"
    }
    return list(found.items())


def programme_names() -> list[tuple[str, Any]]:
    """Every programme, for the filter."""
    return [(card.slug, card.name) for card in programmes()]
