"""Refused tries in numbers (被拒绝的操作): by reason, office and role for one month, each number with the list behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, F, Func, Max, Q, QuerySet
from django.utils.translation import gettext as _

from cases.access.models import Post
from cases.access.queries import posts_of
from cases.access.rules import covers
from cases.calendar import clock
from cases.calendar.rules import local_day, start_of
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Event
from workflows.desk.forms import in_my_language
from workflows.inspection.acts import words_of
from workflows.inspection.queries import require_inspection
from workflows.inspection.rules import reason_of_refusal

PAGE = 50
PROVINCE = 2


class RefusalCode(Func):
    """The code of a refusal, read out of its payload."""

    template = "(%(expressions)s::jsonb ->> 'code')"
    output_field = CharField()


@dataclass(frozen=True)
class Place:
    """岗位 of whoever was refused, on the day of the last try; `office` 0 for applicants and for nobody signed in."""

    office: int
    role: str
    words: str


@dataclass(frozen=True)
class Number:
    """How often one reason met one office and role in a month."""

    code: str
    reason: str
    place: Place
    times: int

    @property
    def query(self) -> str:
        """What an address says of the list behind this number."""
        return urlencode({"code": self.code, "office": self.place.office, "role": self.place.role})


@dataclass(frozen=True)
class Month:
    """One month of refusals: its first day, its neighbours' names, and its numbers, the largest first."""

    first: date
    before: str
    after: str
    numbers: list[Number]

    @property
    def name(self) -> str:
        """The month as an address names it: 2026-11."""
        return f"{self.first:%Y-%m}"


def month_of(viewer: Any, name: str = "") -> Month:
    """统计 of one month, the present one unless named; never more than a month is counted at once."""
    first = _first(name)
    numbers: dict[tuple[str, Place], int] = {}
    for code, _actor, place, times in _groups(viewer, first):
        numbers[code, place] = numbers.get((code, place), 0) + times
    rows = [Number(code, reason_of_refusal(code), place, times) for (code, place), times in numbers.items()]
    rows.sort(key=lambda row: (-row.times, row.code, row.place.words))
    following = _following(first)
    after = f"{following:%Y-%m}" if following <= clock.today() else ""
    return Month(first, f"{first - timedelta(days=1):%Y-%m}", after, rows)


@dataclass(frozen=True)
class Try:
    """One refused try: what was tried, why it was refused, by which office and role, and the case where it was one."""

    at: datetime
    pk: int
    what: str
    reason: str
    place: Place
    case: Case | None


@dataclass(frozen=True)
class Tries:
    """One page of refused tries, newest first."""

    rows: list[Try]
    after: str


def tries(viewer: Any, name: str, *, code: str, office: int, role: str, after: str = "") -> Tries:
    """清单: the tries behind one number of a month; keyset by id."""
    first = _first(name)
    people = {
        actor: place
        for each, actor, place, _times in _groups(viewer, first)
        if (each, place.office, place.role) == (code, office, role)
    }
    if after and not after.isdigit():
        raise NotFound()
    tried_by = Q(actor__in=[pk for pk in people if pk])
    if None in people:
        tried_by |= Q(actor=None)
    rows = _denied(first).filter(tried_by, code=code)
    if after:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("stream").order_by("-pk")[: PAGE + 1])
    cases = _cases_of(found)
    shown = [
        Try(
            row.recorded_at,
            row.pk,
            words_of(row.action),
            reason_of_refusal(code),
            people[row.actor],
            cases.get(_case_key(row)),
        )
        for row in found[:PAGE]
    ]
    return Tries(shown, str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def _case_key(row: Event) -> str:
    return row.stream.key if row.stream.kind == "case" else ""


def _cases_of(rows: Iterable[Event]) -> dict[str, Case]:
    keys = [int(key) for key in map(_case_key, rows) if key.isdigit()]
    return {str(case.pk): case for case in Case.objects.filter(pk__in=keys).exclude(number=None)}


def _first(name: str) -> date:
    if not name:
        return clock.today().replace(day=1)
    try:
        return date.fromisoformat(f"{name}-01")
    except ValueError as fault:
        raise NotFound() from fault


def _following(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _denied(first: date) -> QuerySet[Any]:
    rows = Event.objects.filter(
        outcome="denied", recorded_at__gte=start_of(first), recorded_at__lt=start_of(_following(first))
    )
    return rows.annotate(code=RefusalCode(F("payload")))


def _groups(viewer: Any, first: date) -> list[tuple[str, int | None, Place, int]]:
    """Reason and person with how often, as far as the viewer inspects; two queries whatever the number of tries."""
    require_inspection(viewer)
    areas = [post.office.division_code for post in posts_of(viewer) if "inspect" in post.role.rights]
    rows = list(_denied(first).order_by().values("code", "actor").annotate(times=Count("pk"), last=Max("recorded_at")))
    posts = _posts({row["actor"] for row in rows if row["actor"]})
    groups = []
    for row in rows:
        held = _post_on(posts.get(row["actor"] or 0, []), local_day(row["last"]))
        if any(covers(area, held.office.division_code) if held else len(area) <= PROVINCE for area in areas):
            groups.append((row["code"] or "", row["actor"], _place(row["actor"], held), row["times"]))
    return groups


def _posts(people: set[int]) -> dict[int, list[Post]]:
    found: dict[int, list[Post]] = {}
    for post in Post.objects.filter(user__in=people).select_related("office", "role").order_by("-pk"):
        found.setdefault(post.user_id, []).append(post)
    return found


def _post_on(posts: list[Post], day: date) -> Post | None:
    then = [post for post in posts if post.starts_on <= day and (post.ends_on is None or post.ends_on >= day)]
    return next(iter(then or posts), None)


def _place(actor: int | None, held: Post | None) -> Place:
    if held is None:
        return Place(0, "APP" if actor else "", _("申请人") if actor else _("没有登录的人"))
    office = in_my_language(held.office.name, held.office.name_en)
    return Place(held.office_id, held.role_id, f"{office} {in_my_language(held.role.name, held.role.name_en)}")
