"""What a head sees of his people's work (人手): each person's load, the steps in hand, a sheet and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils.text import format_lazy

from cases.access.models import Office, Post, User
from cases.access.queries import current_posts, may_administer, posts_of, require, sees
from cases.calendar.rules import ZONE, local_day
from cases.errors import NotFound
from cases.programme import programmes
from workflows import pool
from workflows.actions import LEAD
from workflows.models import Allotment, AllotmentLine, Named, WorkItem

PAGE = 30
MANY = 100
END = "admin.posts"
"""The right of who ends posts."""
LONGEST = 2000
"""So many steps in hand are looked at for one office: beyond them nobody has a queue."""


@dataclass
class Load:
    """负荷: one person of an office. `age` is the median of how many days ago he took what he holds."""

    person: User
    roles: list[str] = field(default_factory=list)
    held: int = 0
    overdue: int = 0
    soon: int = 0
    done: int = 0
    ages: list[int] = field(default_factory=list)

    @property
    def age(self) -> int | None:
        """在手天数（中位）."""
        return int(median(self.ages)) if self.ages else None


def led(viewer: Any) -> list[Post]:
    """The posts in which the viewer leads. Raises a refusal that says who does, NotFound for whoever serves nowhere."""
    held = posts_of(viewer)
    found = [post for post in held if LEAD in post.role.rights]
    if not found:
        require(viewer, LEAD, held[0].office.division_code if held else "")
    return found


def offices_of(viewer: Any) -> list[Office]:
    """本机构和下级: the offices whose people the viewer leads, his own first."""
    reach = Q(pk__in=[])
    for post in led(viewer):
        reach |= Q(division_code__startswith=post.office.division_code)
    return list(Office.objects.filter(reach, is_active=True).order_by("division_code", "pk"))


def office_of(viewer: Any, pk: int | None) -> Office:
    """One of these offices, the viewer's own unless another is named. Raises NotFound."""
    offices = offices_of(viewer)
    own = {post.office_id for post in led(viewer)}
    found = next((one for one in offices if one.pk == pk), None) if pk else None
    if pk and found is None:
        raise NotFound()
    return found or next(one for one in offices if one.pk in own)


def loads_of(office: Office, now: datetime) -> list[Load]:
    """工作量: everybody with a post here, with what he holds and did since Monday; three statements for any number."""
    people: dict[int, Load] = {}
    for post in current_posts().filter(office=office).select_related("user"):
        people.setdefault(post.user_id, Load(post.user)).roles.append(str(post.role))
    today = local_day(now)
    mine = WorkItem.objects.filter(state="claimed", holder__in=list(people)).order_by()
    for holder, due_on, near_on, claimed_at in mine.values_list("holder", "due_on", "near_on", "claimed_at")[:LONGEST]:
        load = people[holder]
        load.held += 1
        load.overdue += due_on is not None and due_on < today
        load.soon += due_on is not None and near_on is not None and near_on <= today <= due_on
        load.ages.append((today - local_day(claimed_at)).days if claimed_at else 0)
    monday = datetime.combine(today - timedelta(days=today.weekday()), time.min, ZONE)
    done = WorkItem.objects.filter(state="done", holder__in=list(people), done_at__gte=monday).order_by()
    for holder, number in done.values("holder").annotate(n=Count("pk")).values_list("holder", "n"):
        people[holder].done = number
    return sorted(people.values(), key=lambda load: (-load.held, load.person.pk))


def live(viewer: Any, office: Office, filters: Mapping[str, Any]) -> QuerySet[WorkItem]:
    """在办和待领取 at the steps of one office, in turn, that the viewer may read and give out."""
    rows = WorkItem.objects.filter(
        sees(viewer, "case__"), state__in=["open", "claimed"], division_code=office.division_code
    )
    if filters.get("step"):
        rows = rows.filter(step=filters["step"])
    if filters.get("holder"):
        rows = rows.filter(holder=filters["holder"])
    if filters.get("state"):
        rows = rows.filter(state=filters["state"])
    # a wait is nobody's to give out; when it is reported the head looks at it
    rows = rows.filter(escalated_at__isnull=False) if filters.get("late") else rows.filter(kind="human")
    return rows.select_related("case__run", "holder").order_by("turn_on", "id")


def reported(viewer: Any, office: Office) -> int:
    """超期已上报: how many steps of an office its head should look at; from a hundred on it stays a hundred."""
    return len(live(viewer, office, {"late": True}).values("pk")[:MANY])


def people_for(office: Office) -> list[User]:
    """Whom a step of this office can be given to: everybody with a post at that place."""
    posts = current_posts().filter(office__division_code=office.division_code)
    return list(User.objects.filter(pk__in=posts.values("user_id")).order_by("pk"))


def sheet_of(viewer: Any, pk: int) -> Allotment:
    """A sheet, for who made it. Raises NotFound for everybody else."""
    found = Allotment.objects.filter(pk=pk, by=viewer).select_related("person").first()
    if found is None:
        raise NotFound()
    return found


def lines_of(viewer: Any, sheet: Allotment) -> list[AllotmentLine]:
    """The lines of a sheet in their order, of cases that the viewer may still read; `case_number` is "" for the others.

    A sheet of a leaver has all its lines: what nobody sees, nobody hands on.
    """
    may = Q() if sheet.kind == "leave" else sees(viewer, "item__case__")
    rows = sheet.lines.filter(may).annotate(case_number=number_for(viewer, "item__case__"))
    return list(rows.select_related("item__case__run", "to_person").order_by("pk"))


def number_for(viewer: Any, prefix: str) -> Case:
    """案卷编号 as a column: the number of a case that the viewer may read, "" for any other."""
    return Case(When(sees(viewer, prefix), then=F(f"{prefix}number")), default=Value(""), output_field=CharField())


def left_over(person: Any, areas: Iterable[tuple[str, str]]) -> list[tuple[int, int]]:
    """要转出的: what this person holds, or somebody holds for him, and open steps that nobody but him could take.

    `areas` are the roles and places that he served, with which his posts are gone.
    """
    his = WorkItem.objects.filter(Q(holder=person) | Q(stand_in__post__user=person), state="claimed")
    found = list(his.order_by("turn_on", "id").values_list("pk", "row_version"))
    for role, code in areas:
        others = current_posts().filter(role_id=role, office__division_code=code).exclude(user=person)
        taken = Q(pk__in=[])
        for post in others.select_related("user"):
            taken |= pool.may_take(post.user, [post])
        waiting = WorkItem.objects.filter(state="open", kind="human", role=role, division_code=code).exclude(taken)
        found += waiting.order_by("turn_on", "id").values_list("pk", "row_version")
    return found


def leavers(viewer: Any, words: str) -> list[User]:
    """可以离岗的人: people with a post now whose sign-in name holds these words, for who ends posts."""
    must_end_posts(viewer)
    rows = User.objects.filter(pk__in=current_posts().values("user_id"), username__icontains=words)
    return list(rows.exclude(pk=viewer.pk).order_by("username")[:PAGE])


def leaver(viewer: Any, pk: int) -> User:
    """One of these. Raises NotFound."""
    must_end_posts(viewer)
    found = User.objects.filter(pk=pk, pk__in=current_posts().values("user_id")).exclude(pk=viewer.pk).first()
    if found is None:
        raise NotFound()
    return found


def key_of(username: str) -> int:
    """The account of that sign-in name; 0, which is nobody's, where there is none."""
    return User.objects.filter(username=username).values_list("pk", flat=True).first() or 0


def line_counts(sheet: Allotment) -> dict[str, int]:
    """How many lines of a sheet are in which state."""
    found = dict(sheet.lines.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state, _words in AllotmentLine.STATES}


def must_end_posts(viewer: Any) -> None:
    """Raises a refusal that says who ends posts; NotFound for whoever serves nowhere."""
    if not may_administer(viewer, END):
        held = posts_of(viewer)
        require(viewer, END, held[0].office.division_code if held else "")


def staff(username: str) -> User | None:
    """Somebody who has a post now, by sign-in name; whether he may do a step is asked when he gets it."""
    return User.objects.filter(username=username, pk__in=current_posts().values("user_id")).first()


def human_steps(programme: str) -> dict[str, Any]:
    """Every step of any version of a programme's road that a person does."""
    card = next((card for card in programmes() if card.slug == programme), None)
    roads = card.roads.values() if card else ()
    nodes = {name: getattr(road, name) for road in roads for name in road.reading_order}
    return {name: node for name, node in nodes.items() if getattr(node, "human", False)}


@dataclass(frozen=True)
class NamedRow:
    """One 指定 as it is shown; without effect when the person no longer does the step there."""

    named: Named
    programme: Any
    title: Any
    counts: bool


def named_at(office: Office) -> list[NamedRow]:
    """本机构的指定 in force, by step."""
    return _shown(Named.objects.filter(office=office))


def idle_namings() -> list[NamedRow]:
    """不起作用的指定 of every office: the person has no post there that does the step, or no road has the step."""
    return [row for row in _shown(Named.objects.all()) if not row.counts]


def _shown(rows: QuerySet[Named]) -> list[NamedRow]:
    rows = rows.filter(ended_at=None).select_related("person", "office").order_by("programme", "step", "pk")
    held = current_posts().filter(office__in=rows.order_by().values("office"))
    posts = set(held.values_list("office_id", "user_id", "role_id"))
    names = {card.slug: card.name for card in programmes()}
    found = []
    for row in rows:
        node = human_steps(row.programme).get(row.step)
        counts = node is not None and (row.office_id, row.person_id, node.role) in posts
        found.append(NamedRow(row, names.get(row.programme, row.programme), node.title if node else row.step, counts))
    return found


def steps_at(office: Office) -> list[tuple[str, Any]]:
    """The steps that somebody of this office does, as "programme:step" with their words."""
    roles = set(current_posts().filter(office=office).values_list("role_id", flat=True))
    return [
        (f"{card.slug}:{name}", format_lazy("{programme} · {step}", programme=card.name, step=node.title))
        for card in programmes()
        for name, node in human_steps(card.slug).items()
        if node.role in roles
    ]


def led_item(viewer: Any, pk: int) -> WorkItem:
    """A step of a case that the viewer may read, for whoever leads its place. Raises NotFound, or a refusal that names who may."""
    item = WorkItem.objects.filter(sees(viewer, "case__"), pk=pk).select_related("case__run").first()
    if item is None:
        raise NotFound()
    require(viewer, LEAD, item.division_code)
    return item
