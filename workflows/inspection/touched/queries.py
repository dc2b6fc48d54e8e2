"""What a person, an office, an account or a device touched (碰过什么): events and looks in one line of time, newest first.

Every list goes by an index of its own and is never counted: a person's by who did it, an account's and a device's by the
rows that hold it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access.looks import purpose_words
from cases.access.models import Office, Post, Role, User
from cases.access.queries import require
from cases.calendar.rules import end_of, start_of
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Access, Event
from cases.history.record import record_access
from cases.money.models import BatchLine, Payout, PayoutAttempt
from cases.people.models import PayeeAccount
from cases.stock.models import Device, DeviceMove, Fitting
from cases.text import is_key, named
from workflows.desk.forms import in_my_language
from workflows.inspection.acts import words_of
from workflows.inspection.rules import CATEGORIES, category, category_of_look, reason_of_refusal
from workflows.inspection.things import thing_words

PAGE, PROVINCE = 50, "64"
Line = Event | Access


@dataclass(frozen=True)
class Touch:
    """碰过的一次: when, what, of which kind, by whom, and in which case if it was one."""

    kind: str
    pk: int
    at: datetime
    words: str
    category: Any
    is_refused: bool
    who: str
    role: str
    purpose: str
    case: Case | None


@dataclass(frozen=True)
class Touches:
    """One page of them, newest first."""

    rows: list[Touch]
    after: str


@dataclass(frozen=True)
class Lists:
    """What is read for one page: parts, each of which goes by one index."""

    events: Sequence[QuerySet[Event]]
    looks: Sequence[QuerySet[Access]]


def called(what: str, name: str) -> Any:
    """The person, office or device of that name; None when there is none."""
    if what == "person":
        return User.objects.filter(username=name).first()
    if what == "office":
        return Office.objects.filter(pk=name).first()
    return Device.objects.filter(serial=name).first()


def of_person(person: User) -> Lists:
    """What one account did, looked at, exported and was refused."""
    return Lists([Event.objects.filter(actor=person.pk)], [Access.objects.filter(actor=person.pk)])


def of_office(office: Office) -> Lists:
    """The same of everybody who held a post at an office, while he held it; what says another office is left out."""
    events, looks = [], []
    for post in Post.objects.filter(office=office).order_by("pk"):
        time = Q(recorded_at__gte=start_of(post.starts_on))
        if post.ends_on:
            time &= Q(recorded_at__lte=end_of(post.ends_on))
        here = time & (Q(acting_office=office.name) | Q(acting_office=None))
        events.append(Event.objects.filter(here, actor=post.user_id))
        looks.append(Access.objects.filter(here, actor=post.user_id))
    return Lists(events, looks)


def of_account(key: str) -> Lists:
    """What happened to the rows that hold an account, and to the payments that went to it."""
    accounts = [str(pk) for pk in PayeeAccount.objects.filter(account_key=key).values_list("pk", flat=True)]
    payouts = list(Payout.objects.filter(payee__account_key=key).values_list("pk", flat=True))
    lines = BatchLine.objects.filter(account_key=key).values_list("pk", "payout_id")
    paid = {*payouts, *(payout for _line, payout in lines)}
    attempts = PayoutAttempt.objects.filter(payout__in=paid).values_list("pk", flat=True)
    rows = {
        PayeeAccount: accounts, Payout: list(map(str, paid)), BatchLine: [str(pk) for pk, _payout in lines],
        PayoutAttempt: list(map(str, attempts)),
    }  # fmt: skip
    holding = list(PayeeAccount.objects.filter(account_key=key).values_list("case_id", flat=True))
    return Lists(_about(rows), [Access.objects.filter(case_id__in=holding, fields__contains="account")])


def of_device(device: Device) -> Lists:
    """What happened to a device: its row, its moves, the fittings that used it."""
    moves = DeviceMove.objects.filter(device=device).values_list("pk", flat=True)
    fittings = Fitting.objects.filter(device=device).values_list("pk", flat=True)
    rows = {Device: [str(device.pk)], DeviceMove: list(map(str, moves)), Fitting: list(map(str, fittings))}
    return Lists(_about(rows), [])


def _about(rows: dict[Any, list[str]]) -> list[QuerySet[Event]]:
    return [
        Event.objects.filter(object_type=model._meta.db_table, object_id__in=keys)
        for model, keys in rows.items()
        if keys
    ]


def must_inspect_all(viewer: Any) -> None:
    """Only who inspects the whole province: what somebody touched lies in every place."""
    require(viewer, "inspect", PROVINCE)


def looked(viewer: Any, thing: Any, what: str) -> None:
    """That the viewer reads what was touched is recorded, before he does."""
    post = require(viewer, "inspect", PROVINCE)
    record_access(
        "read", object=thing, fields=["history", what], by=viewer, purpose=gettext_lazy("监督检查"), role=post.role_id,
        office=post.office.name,
    )  # fmt: skip


def page_of(lists: Lists, after: str = "") -> Touches:
    """One page: the newest of each part by its index, merged; two questions whatever the number of parts."""
    start = _moment(after)
    found: list[Line] = [*_newest(lists.events, start, "e"), *_newest(lists.looks, start, "r")]
    found = sorted({_key(row): row for row in found}.values(), key=_place, reverse=True)
    rows, more = found[:PAGE], len(found) > PAGE
    return Touches(_shown(rows), f"{rows[-1].recorded_at.isoformat()}_{_key(rows[-1])}" if more else "")


def _key(row: Line) -> str:
    return f"{'e' if isinstance(row, Event) else 'r'}{row.pk}"


def _place(row: Line) -> tuple[datetime, str, int]:
    return row.recorded_at, "e" if isinstance(row, Event) else "r", row.pk


def _newest(parts: Sequence[QuerySet[Any]], start: tuple[datetime, str, int] | None, kind: str) -> list[Any]:
    asked = [_behind(part, start, kind).order_by("-recorded_at", "-pk")[: PAGE + 1] for part in parts]
    if not asked:
        return []
    whole = asked[0] if len(asked) == 1 else asked[0].union(*asked[1:], all=True)
    return list(whole)


def _behind(part: QuerySet[Any], start: tuple[datetime, str, int] | None, kind: str) -> QuerySet[Any]:
    if start is None:
        return part
    at, last, pk = start
    if kind == last:
        return part.filter(Q(recorded_at__lt=at) | Q(recorded_at=at, pk__lt=pk))
    return part.filter(recorded_at__lte=at) if kind < last else part.filter(recorded_at__lt=at)


def _moment(cursor: str) -> tuple[datetime, str, int] | None:
    if not cursor:
        return None
    try:
        moment, key = cursor.split("_")
        when = datetime.fromisoformat(moment)
        if when.tzinfo is None or key[:1] not in ("e", "r") or not is_key(key[1:]):
            raise ValueError(cursor)
        return when, key[0], int(key[1:])
    except ValueError as fault:
        raise NotFound() from fault


def _shown(found: Iterable[Line]) -> list[Touch]:
    rows = list(found)
    people = {user.pk: str(user.name or user.username) for user in User.objects.filter(pk__in=_actors(rows))}
    roles = {role.pk: in_my_language(role.name, role.name_en) for role in Role.objects.all()}
    events = Event.objects.filter(pk__in=[row.pk for row in rows if isinstance(row, Event)]).select_related("stream")
    of_event = {row.pk: _case_of(row) for row in events}
    of_row = [of_event.get(row.pk) if isinstance(row, Event) else row.case_id for row in rows]
    cases = Case.objects.exclude(number=None).in_bulk([pk for pk in of_row if pk])
    return [_touch(row, people, roles, cases.get(pk or 0)) for row, pk in zip(rows, of_row, strict=True)]


def _actors(rows: Iterable[Line]) -> set[int]:
    return {row.actor for row in rows if row.actor}


def _case_of(row: Event) -> int | None:
    return int(row.stream.key) if row.stream.kind == "case" and row.stream.key.isdigit() else None


def _touch(row: Line, people: dict[int, str], roles: dict[str, str], case: Case | None) -> Touch:
    payload = json.loads(row.payload if isinstance(row, Event) else row.fields)
    is_refused = isinstance(row, Event) and row.outcome == "denied"
    if isinstance(row, Event):
        kind = category(row.action, row.outcome)
    else:
        kind = category_of_look(row.action, payload.get("fields", []))
    words = words_of(row.action)
    if row.action.startswith("row.") and row.object_type:
        words = named(words, thing_words(row.object_type))
    elif is_refused:
        words = named(words, reason_of_refusal(str(payload.get("code", ""))))
    return Touch(
        kind="event" if isinstance(row, Event) else "read",
        pk=row.pk,
        at=row.recorded_at,
        words=words,
        category=CATEGORIES[kind],
        is_refused=is_refused,
        who=people.get(row.actor or 0, _("系统") if not row.actor else str(row.actor)),
        role=roles.get(row.acting_role or "", row.acting_role or ""),
        purpose=purpose_words(row.purpose),
        case=case,
    )
