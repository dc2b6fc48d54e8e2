"""All that happened to one case (全部留痕): events and looks in one line of time, page by page, each with its address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.access.looks import office_words, purpose_words
from cases.access.models import Role, User
from cases.calendar.queries import calendar
from cases.calendar.rules import Pause, elapsed, local_day
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Access, Event
from cases.states import STATES
from cases.text import is_key, listed, named
from workflows.desk.forms import in_my_language
from workflows.flow import step_named
from workflows.inspection.acts import words_of
from workflows.inspection.because import Because, causes
from workflows.inspection.rules import CATEGORIES, LOOKS, PREFIXES, category, category_of_look, changes_of
from workflows.inspection.things import thing_words
from workflows.models import Pause as StoodStill
from workflows.models import WorkItem

ENTRIES, GIST = 50, 4


@dataclass(frozen=True)
class Entry:
    """留痕: one event or one look, as the timeline shows it. `kind` event or read, with `pk` its address."""

    kind: str
    pk: int
    at: datetime
    happened_on: date
    action: str
    words: str
    category: str
    outcome: str
    actor: str
    role: str
    office: str
    purpose: str = ""
    object: str = ""
    thing: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    used: int | None = None
    seq: int | None = None
    hash: str = ""
    prev: str = ""
    request: str = ""
    because: Because | None = None

    @property
    def gist(self) -> str:
        """What the change is about: how many things, and the names of the first few."""
        names = [name for name, _before, _after in self.changes]
        counted = ngettext("%(n)s 处内容", "%(n)s 处内容", len(names)) % {"n": len(names)}
        return named(counted, listed(names[:GIST]) + ("…" if len(names) > GIST else ""))

    @property
    def title(self) -> str:
        """What happened; of a changed row also what the row is, such as 修改一行数据：收款账户."""
        return named(self.words, self.thing) if self.category == "row" and self.thing else self.words

    @property
    def category_words(self) -> Any:
        """The kind of event in words."""
        return CATEGORIES[self.category]


@dataclass(frozen=True)
class Timeline:
    """One page of the timeline, oldest first."""

    entries: list[Entry]
    after: str


def timeline(case: Case, wanted: str = "", *, after: str = "") -> Timeline:
    """全部留痕: decisions, row changes, looks, refused tries, messages, money and pauses in the order of recording.

    `wanted` keeps one category. Events and looks are read by key, never counted.
    """
    start = _moment(after)
    events = Event.objects.filter(stream__kind="case", stream__key=str(case.pk))
    looks = Access.objects.filter(case_id=case.pk)
    if start is not None:
        at, kind, pk = start
        events = events.filter(Q(recorded_at__gt=at) | Q(recorded_at=at, pk__gt=pk if kind == "event" else 0))
        looks = (
            looks.filter(Q(recorded_at__gt=at) | Q(recorded_at=at, pk__gt=pk))
            if kind == "read"
            else looks.filter(recorded_at__gte=at)
        )
    events, looks = _of_category(events, looks, wanted)
    rows: list[Event | Access] = [
        *events.order_by("recorded_at", "pk")[: ENTRIES + 1], *looks.order_by("recorded_at", "pk")[: ENTRIES + 1]
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.recorded_at, isinstance(row, Event), row.pk))
    if start is not None and start[1] == "event":
        rows = [row for row in rows if isinstance(row, Event) or row.recorded_at > start[0]]
    more = len(rows) > ENTRIES
    rows = rows[:ENTRIES]
    entries = _entries(case, rows)
    return Timeline(entries, _key(entries[-1]) if more else "")


def whole_timeline(case: Case, wanted: str = "") -> list[Entry]:
    """全部留痕 to be printed: every page of the timeline, one after the other."""
    part = timeline(case, wanted)
    entries = list(part.entries)
    while part.after:
        part = timeline(case, wanted, after=part.after)
        entries += part.entries
    return entries


def deeds(case: Case) -> list[Entry]:
    """办理经过: each event of the chain that is not the change of a row, refused tries among them; no looks."""
    chain = Event.objects.filter(stream__kind="case", stream__key=str(case.pk))
    return _entries(case, list(chain.exclude(action__startswith="row.").order_by("seq")))


def _of_category(events: Any, looks: Any, wanted: str) -> tuple[Any, Any]:
    if not wanted:
        return events, looks
    if wanted not in CATEGORIES:
        raise NotFound()
    if wanted in LOOKS:
        return events.none(), looks.filter(look_of(wanted))
    return events.filter(event_of(wanted)), looks.none()


def event_of(wanted: str) -> Q:
    """The events of one kind, as a condition."""
    if wanted == "refused":
        return Q(outcome="denied")
    if wanted == "decision":
        return ~_begins(prefix for prefixes in PREFIXES.values() for prefix in prefixes) & ~Q(outcome="denied")
    return _begins(PREFIXES[wanted]) & ~Q(outcome="denied")


def _begins(prefixes: Iterable[str]) -> Q:
    reach = Q(pk__in=[])
    for prefix in prefixes:
        reach |= Q(action__startswith=f"{prefix}.")
    return reach


def look_of(wanted: str) -> Q:
    """The looks of one kind, as a condition."""
    of_history = Q(fields__contains='"history"') & ~Q(action__in=["open", "export"])
    if wanted in ("open", "export"):
        return Q(action=wanted)
    return of_history if wanted == "history" else ~of_history & ~Q(action__in=["open", "export"])


def _moment(cursor: str) -> tuple[datetime, str, int] | None:
    if not cursor:
        return None
    try:
        moment, kind, pk = cursor.split("_")
        when = datetime.fromisoformat(moment)
        if when.tzinfo is None or kind not in ("event", "read") or not is_key(pk):
            raise ValueError(cursor)
        return when, kind, int(pk)
    except ValueError as fault:
        raise NotFound() from fault


def _key(entry: Entry) -> str:
    return f"{entry.at.isoformat()}_{entry.kind}_{entry.pk}"


def one(case: Case, kind: str, pk: int) -> Entry:
    """One event or look of this case by its address; NotFound otherwise."""
    row = get_event(case, pk) if kind == "event" else Access.objects.filter(case_id=case.pk, pk=pk).first()
    if row is None:
        raise NotFound()
    return _entries(case, [row])[0]


def get_event(case: Case, pk: int) -> Event:
    """One event of this case; NotFound otherwise."""
    row = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), pk=pk).first()
    if row is None:
        raise NotFound()
    return row


def _entries(case: Case, rows: list[Event | Access]) -> list[Entry]:
    people = {
        user.pk: str(user.name or user.username)
        for user in User.objects.filter(pk__in={pk for row in rows for pk in _people_of(row) if pk})
    }
    roles = {role.pk: in_my_language(role.name, role.name_en) for role in Role.objects.all()}
    offices, pauses, cal = office_words(), pauses_of(case), calendar()
    began = local_day(case.submitted_at) if case.submitted_at else None
    behind = causes(case, [row for row in rows if isinstance(row, Event)])
    entries = [_entry(row, people, roles, offices, began, pauses, cal) for row in rows]
    return [
        replace(entry, because=behind.get(row.txid))
        if isinstance(row, Event) and row.action.startswith("row.")
        else entry
        for entry, row in zip(entries, rows, strict=True)
    ]


def _people_of(row: Event | Access) -> tuple[int | None, int | None]:
    return row.actor, row.on_behalf_of if isinstance(row, Event) else None


def _actor(row: Event | Access, people: dict[int, str]) -> str:
    """Who did it, and in a stand-in for whom."""
    actor, principal = _people_of(row)
    name = people.get(actor or 0, _("系统") if not actor else str(actor))
    whom = people.get(principal or 0)
    return _("%(who)s 代 %(whom)s") % {"who": name, "whom": whom} if whom else name


def _entry(
    row: Event | Access,
    people: dict[int, str],
    roles: dict[str, str],
    offices: dict[str, str],
    began: date | None,
    pauses: list[Pause],
    cal: Any,
) -> Entry:
    is_event = isinstance(row, Event)
    day = local_day(row.recorded_at)
    payload = json.loads(row.payload) if isinstance(row, Event) else json.loads(row.fields)
    action = row.action
    outcome = row.outcome if isinstance(row, Event) else "ok"
    used = (
        elapsed(began, day, [pause for pause in pauses if pause.start <= day], cal) if began and day >= began else None
    )
    return Entry(
        kind="event" if is_event else "read",
        pk=row.pk,
        at=row.recorded_at,
        happened_on=row.happened_on if isinstance(row, Event) else day,
        action=action,
        words=words_of(action),
        category=category(action, outcome) if is_event else category_of_look(action, payload.get("fields", [])),
        outcome=outcome,
        actor=_actor(row, people),
        role=roles.get(row.acting_role or "", row.acting_role or ""),
        office=offices.get(row.acting_office or "", row.acting_office or ""),
        purpose=purpose_words(row.purpose),
        object=f"{row.object_type or ''} {row.object_id or ''}".strip(),
        thing=thing_words(row.object_type or ""),
        changes=changes_of(action, payload),
        used=used,
        seq=row.seq if isinstance(row, Event) else None,
        hash=bytes(row.hash).hex(),
        prev=bytes(row.prev).hex() if isinstance(row, Event) else "",
        request=row.request_id or "",
    )


def pauses_of(case: Case) -> list[Pause]:
    """The stretches in which the office waited for the applicant; they do not count as its days."""
    waits = WorkItem.objects.filter(case=case, kind="wait").order_by("id")
    waited = [
        Pause(local_day(item.offered_at), local_day(item.done_at) if item.done_at else date.max)
        for item in waits
        if (where := step_named(case, item.step).state) and STATES[where].turn == "applicant"
    ]
    stood = StoodStill.objects.filter(item__case=case, item__kind="wait")
    return waited + [Pause(row.starts_on, row.ends_on or date.max) for row in stood]
