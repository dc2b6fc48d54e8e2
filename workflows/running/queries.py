"""What runs, waits and was given up (运行), as the system administrator of an area sees it; nothing of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.access.models import MachineKey, Post, User
from cases.access.queries import current_posts, may_administer, posts_of, require
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound
from cases.history.acts_check import recent_out_of_band
from cases.history.sealing import queries as sealing
from cases.outgoing.models import Outgoing, Partner
from cases.regions.queries import Groups, grouped, name_paths
from cases.text import is_key
from workflows.engine import periodic
from workflows.models import Incident, PeriodicRun, Timer
from workflows.running.rules import RIGHT, partners, topic_words, work_words

PAGE, AT_ONCE = 50, 500
PROVINCE = "64"


def operator_post(viewer: Any) -> Post:
    """The post in which somebody looks after what runs; a refusal that names who may, NotFound for who has no post."""
    posts = posts_of(viewer)
    if not posts:
        raise NotFound()
    own = next((post for post in posts if RIGHT in post.role.rights), posts[0])
    return require(viewer, RIGHT, own.office.division_code)


def may_operate(viewer: Any) -> bool:
    """Whether one of the viewer's posts opens this room."""
    return any(RIGHT in post.role.rights for post in posts_of(viewer))


def incidents_for(viewer: Any) -> QuerySet[Incident]:
    """故障 in the viewer's area: of its cases, and of no case."""
    area = operator_post(viewer).office.division_code
    return Incident.objects.filter(Q(case=None) | Q(case__handling_code__startswith=area))


@dataclass(frozen=True)
class Group:
    """故障分组: what has one kind, name and error, and so probably one cause."""

    kind: str
    name: str
    error: str
    count: int
    first_seen: datetime
    last_seen: datetime
    owned: int
    one: int
    """The oldest of them, by which an address names the group."""

    @property
    def words(self) -> str:
        """The work in words."""
        return work_words(self.kind, self.name)


def groups(viewer: Any, after: str = "") -> tuple[list[Group], str]:
    """Open incidents by group, the largest first and of equal ones the oldest, and the cursor of the next page."""
    rows = incidents_for(viewer).filter(state="open").values("kind", "name", "error").order_by()
    rows = rows.annotate(
        incidents=Count("pk"), first=Min("first_seen"), last=Max("last_seen"), owned=Count("owner"), one=Min("pk")
    )
    if after:
        count, one = _place(after)
        rows = rows.filter(Q(incidents__lt=count) | Q(incidents=count, one__gt=one))
    found = [
        Group(
            row["kind"], row["name"], row["error"], row["incidents"], row["first"], row["last"], row["owned"], row["one"]
        )
        for row in rows.order_by("-incidents", "one")[: PAGE + 1]
    ]  # fmt: skip
    return found[:PAGE], f"{found[PAGE - 1].count}_{found[PAGE - 1].one}" if found[PAGE:] else ""


def _place(after: str) -> tuple[int, int]:
    count, _line, one = after.partition("_")
    if not is_key(count) or not is_key(one):
        raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")})
    return int(count), int(one)


@dataclass(frozen=True)
class Page:
    """One page of a group."""

    rows: list[Incident]
    words: str
    error: str
    after: str


def group_of(viewer: Any, pk: int, *, after: str = "") -> Page:
    """The open incidents of the group that this one belongs to, oldest first; keyset by id. NotFound when none is left."""
    one = incidents_for(viewer).filter(pk=pk).first()
    if one is None or (after and not (after.isdecimal() and len(after) < 19)):
        raise NotFound()
    rows = _like(viewer, one).filter(pk__gt=int(after or 0))
    found = list(rows.select_related("case", "owner")[: PAGE + 1])
    if not found:
        raise NotFound()
    more = str(found[PAGE - 1].pk) if found[PAGE:] else ""
    return Page(found[:PAGE], work_words(one.kind, one.name), one.error, more)


def whole_group(viewer: Any, pk: int) -> list[int]:
    """The open incidents of the group of this one on all pages, as many as are settled at once, oldest first."""
    one = incidents_for(viewer).filter(pk=pk).first()
    return list(_like(viewer, one).values_list("pk", flat=True)[:AT_ONCE]) if one else []


def _like(viewer: Any, one: Incident) -> QuerySet[Incident]:
    rows = incidents_for(viewer).filter(state="open", kind=one.kind, name=one.name, error=one.error)
    return rows.order_by("pk")


@dataclass(frozen=True)
class Line:
    """What waits of one topic or kind of timer: how many wait, are under way and were given up, and since when."""

    words: str
    waiting: int
    late: int
    leased: int
    parked: int
    age: timedelta


def outbox(viewer: Any) -> list[Line]:
    """待发 by topic: what is not done. It reads the part of the table that the indexes of open work hold."""
    operator_post(viewer)
    now = clock.now()
    rows = Outgoing.objects.filter(Q(done_at=None, parked_at=None) | Q(parked_at__isnull=False, done_at=None))
    return _lines(rows.values("topic"), "topic", "outgoing", "available_at", now)


def timers(viewer: Any) -> list[Line]:
    """到时 by kind: what is set, late, and by how much."""
    operator_post(viewer)
    now = clock.now()
    return _lines(Timer.objects.filter(done_at=None, cancelled_at=None).values("kind"), "kind", "timer", "due_at", now)


@dataclass(frozen=True)
class Limit:
    """One other system, how often a minute it is asked at most, and how many wait for it."""

    name: str
    words: Any
    per_minute: int | None
    waiting: int


def limits(viewer: Any) -> list[Limit]:
    """限频 of each other system."""
    operator_post(viewer)
    numbers = dict(Partner.objects.values_list("name", "per_minute"))
    waiting = Outgoing.objects.filter(done_at=None, parked_at=None).exclude(partner="").values("partner")
    count = dict(waiting.order_by().annotate(n=Count("pk")).values_list("partner", "n"))
    return [Limit(name, words, numbers.get(name), count.get(name, 0)) for name, words in partners().items()]


def machine_keys(viewer: Any) -> list[MachineKey]:
    """机器账号的钥匙 that hold, the newest first."""
    must_see_machines(viewer)
    live = MachineKey.objects.filter(ended_at=None, ends_at__gt=clock.now())
    return list(live.select_related("user").order_by("-pk"))


def shown_keys(viewer: Any) -> list[tuple[MachineKey, list[str], str]]:
    """The same as people read them: each with the work in words and its place by name."""
    rows = machine_keys(viewer)
    places = name_paths([row.area for row in rows], english=_in_english())
    return [(row, [topic_words(topic) for topic in row.topics], places[row.area]) for row in rows]


def counties() -> Groups:
    """省、市、县 to choose from, by name."""
    return grouped([PROVINCE], levels=("province", "city", "county"), english=_in_english())


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


def must_see_machines(viewer: Any) -> None:
    """Whoever runs the installation or gives posts; for others a refusal as everywhere in this room."""
    if not may_administer(viewer, "admin.posts"):
        operator_post(viewer)


def machine_accounts() -> QuerySet[User]:
    """机器账号: whoever holds a post in which work is fetched."""
    holders = [post.user_id for post in current_posts().filter(role__rights__contains=["work.pull"])]
    return User.objects.filter(pk__in=holders).order_by("username")


def _lines(rows: Any, name: str, kind: str, due: str, now: datetime) -> list[Line]:
    open_ = Q(parked_at=None)
    leased = open_ & Q(lease_until__gt=now)
    late = open_ & ~Q(lease_until__gt=now, lease_until__isnull=False) & Q(**{f"{due}__lte": now})
    found = rows.annotate(
        all=Count("pk", filter=open_), leased=Count("pk", filter=leased), late=Count("pk", filter=late),
        parked=Count("pk", filter=Q(parked_at__isnull=False)), oldest=Min(due, filter=late),
    ).order_by(name)  # fmt: skip
    return [
        Line(
            work_words(kind, row[name]), row["all"] - row["leased"], row["late"], row["leased"], row["parked"],
            max(now - row["oldest"], timedelta(0)) if row["oldest"] else timedelta(0),
        )
        for row in found
    ]  # fmt: skip


@dataclass(frozen=True)
class Night:
    """One periodic work with its last run, the fault that stopped it, and the cases of my area that it left for the next."""

    title: Any
    run: PeriodicRun | None
    error: str
    left: list[str]


def seals(viewer: Any) -> sealing.State:
    """封存状况: what waits, the last root, keys and witnesses."""
    operator_post(viewer)
    return sealing.state()


def around(viewer: Any) -> list[dict[str, Any]]:
    """绕过系统的改动 of late: changes of rows without an act, the newest first; the same as the metric and the alarm tell of."""
    operator_post(viewer)
    return sorted(recent_out_of_band(connection), key=lambda row: int(row["id"]), reverse=True)


def nights(viewer: Any) -> list[Night]:
    """定时任务 with their last results."""
    area = operator_post(viewer).office.division_code
    last = PeriodicRun.objects.order_by("name", "-slot").distinct("name")
    runs = {run.name: run for run in last}
    keys = [f"periodic-{run.pk}" for run in runs.values() if run.ended_at is None]
    errors = dict(Outgoing.objects.filter(key__in=keys).values_list("key", "error"))
    left = {pk for run in runs.values() for pk in run.left}
    mine = Case.objects.filter(pk__in=left, handling_code__startswith=area).order_by("number")
    numbers = {case.pk: str(case.number) for case in mine.only("number")}
    return [
        Night(one.title, run, errors.get(f"periodic-{run.pk}", "") if run else "",
              [number for pk, number in numbers.items() if run and pk in run.left])
        for one, run in ((one, runs.get(name)) for name, one in periodic.registered.items())
    ]  # fmt: skip
