"""What inspectors did and looked at (检查员的行为): by person, month and kind, for the supervisory board and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access.looks import purpose_words
from cases.access.models import Post, User
from cases.access.queries import posts_of, require
from cases.calendar import clock
from cases.calendar.rules import start_of
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Access, Event
from cases.history.record import record_access
from cases.paging import Page, newest_first
from workflows.inspection.acts import words_of
from workflows.inspection.queries import INSPECT

OVERSEE = "inspect.oversee"
KINDS = ("deeds", "looks")


ABOUT: dict[str, str] = {"finding": "WT-{:05d}", "sample": "CY-{:05d}"}
"""What an event that is about no case is about, as its own page numbers it."""


@dataclass(frozen=True)
class Number:
    """次数: how often one inspector did one kind of thing in a month, and what opens the list behind it."""

    person: User
    kind: str
    action: str
    outcome: str
    times: int

    @property
    def words(self) -> str:
        """What was done, in the reader's language."""
        return _look_words(self.action) if self.kind == "looks" else words_of(self.action)

    @property
    def query(self) -> str:
        """The filters of its list."""
        return f"person={self.person.pk}&kind={self.kind}&action={self.action}&outcome={self.outcome}"


@dataclass(frozen=True)
class Entry:
    """一条: when, what, about which case, refused or not, for which purpose."""

    at: datetime
    words: str
    about: str
    outcome: str
    purpose: str
    pk: int


def _look_words(action: str) -> str:
    return {"read": _("查阅"), "export": _("导出"), "open": _("打开案卷"), "search": _("查找")}.get(action, action)


def must_oversee(viewer: Any) -> Post:
    """Only the supervisory board; an inspector is told who may, outsiders find nothing."""
    posts = posts_of(viewer)
    if not posts:
        raise NotFound()
    mine = next((post for post in posts if OVERSEE in post.role.rights), None)
    return mine or require(viewer, OVERSEE, posts[0].office.division_code)


def _looked(viewer: Any, post: Post) -> None:
    """查阅留痕 of the board itself, before the bytes leave."""
    record_access(
        "read", object=post, fields=["oversight"], by=viewer, purpose=gettext_lazy("看检查员的行为"), role=post.role_id,
        office=post.office.name,
    )  # fmt: skip


def inspectors() -> list[User]:
    """Whoever inspects or ever inspected."""
    held = Post.objects.filter(role__rights__contains=[INSPECT]).values("user")
    return list(User.objects.filter(pk__in=held).order_by("pk"))


def numbers(viewer: Any, month: str) -> tuple[date, list[Number]]:
    """检查员一个月的次数: deeds and looks of each; two queries however many. The board's own look is stored first."""
    post = must_oversee(viewer)
    first = _month(month)
    _looked(viewer, post)
    people = {one.pk: one for one in inspectors()}
    found = []
    for kind in KINDS:
        rows = _rows(kind, first, [*people])
        names = ("actor", "action", "outcome") if kind == "deeds" else ("actor", "action")
        for row in rows.values(*names).annotate(times=Count("pk")).order_by(*names):
            outcome = row.get("outcome", "ok")
            found.append(Number(people[row["actor"]], kind, row["action"], outcome, row["times"]))
    return first, found


def _month(name: str) -> date:
    """The first day of a month as an address names it (2026-11), the present one unless named."""
    if not name:
        return clock.today().replace(day=1)
    try:
        return date.fromisoformat(f"{name}-01")
    except ValueError as error:
        raise NotFound() from error


def month_after(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def _rows(kind: str, first: date, people: Sequence[int]) -> QuerySet[Any]:
    """Deeds without the changes of rows that they brought along, or looks, of these people in a month."""
    span = {"actor__in": people, "recorded_at__gte": start_of(first), "recorded_at__lt": start_of(month_after(first))}
    if kind == "looks":
        return Access.objects.filter(**span)
    return Event.objects.filter(**span, actor_kind="user").exclude(action__startswith="row.")


def entries(
    viewer: Any, month: str, *, person: str, kind: str, action: str, outcome: str, after: str
) -> tuple[date, Page[Entry]]:
    """清单 behind one number, newest first, by key; without a person, a kind or an act those of all. NotFound for no inspector."""
    post = must_oversee(viewer)
    first = _month(month)
    people = [one.pk for one in inspectors() if person in ("", str(one.pk))]
    if not people or kind not in ("", *KINDS):
        raise NotFound()
    _looked(viewer, post)
    rows = _rows(kind, first, people)
    rows = rows.filter(action=action) if action else rows
    if kind != "looks":
        rows = rows.filter(outcome=outcome) if outcome else rows
        rows = rows.select_related("stream")
    page = newest_first(rows, after)
    return first, Page(_entries(kind, page.rows), page.after)


def _entries(kind: str, rows: Sequence[Any]) -> list[Entry]:
    if kind == "looks":
        cases = _numbers(row.case_id for row in rows)
        return [
            Entry(
                row.recorded_at,
                _look_words(row.action),
                cases.get(row.case_id, ""),
                "ok",
                purpose_words(row.purpose),
                row.pk,
            )
            for row in rows
        ]
    cases = _numbers(int(row.stream.key) for row in rows if row.stream.kind in ("case", "folder"))
    return [
        Entry(
            row.recorded_at,
            words_of(row.action),
            _about(row.stream, cases),
            row.outcome,
            purpose_words(row.purpose),
            row.pk,
        )
        for row in rows
    ]


def _about(stream: Any, cases: dict[int, str]) -> str:
    if stream.kind in ("case", "folder"):
        return cases.get(int(stream.key), "")
    shape = ABOUT.get(stream.kind)
    return shape.format(int(stream.key)) if shape and stream.key.isdigit() else ""


def _numbers(keys: Any) -> dict[int, str]:
    return {pk: number or "" for pk, number in Case.objects.filter(pk__in=[*keys]).values_list("pk", "number")}
