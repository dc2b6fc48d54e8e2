"""What an inspector reads of the standing checks: the list with its numbers, the hits of one, one hit with the rows that prove it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from cases.access.models import User
from cases.access.queries import may, sees, visible_cases
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Event
from cases.paging import Page, newest_first
from cases.people.rules import INSTITUTION, PAYEE_RELATIONS
from project.values import day_words
from workflows.flow import road_of
from workflows.inspection.checks.actions import PROVINCE, RIGHT
from workflows.inspection.checks.catalogue import CHECKS, sentence
from workflows.inspection.checks.check import Check
from workflows.inspection.checks.models import FALSE, FINDING, OPEN, CheckHit, CheckRun
from workflows.inspection.queries import require_inspection
from workflows.inspection.things import thing_words

GONE = "gone"
STATES: dict[str, Any] = {OPEN: _("待看"), FALSE: _("误报"), FINDING: _("已立为问题"), GONE: _("不再命中")}
TAGS = {OPEN: "orange", FALSE: "grey", FINDING: "blue", GONE: "green"}
MOST_ROWS = 30


def _seen(viewer: Any) -> QuerySet[CheckHit]:
    require_inspection(viewer)
    mine = sees(viewer, "case__")
    return CheckHit.objects.filter(mine | Q(case=None) if may(viewer, RIGHT, PROVINCE) else mine)


@dataclass(frozen=True)
class Line:
    """一项核查 on the list: how many hits wait, are false alarms, became findings, and how many the last run saw first."""

    check: Check
    open: int = 0
    false: int = 0
    finding: int = 0
    new: int = 0


def lines(viewer: Any) -> list[Line]:
    """核查清单: every check with its numbers; one question for all of them, over the hits alone."""
    counted: dict[str, dict[str, int]] = {code: {} for code in CHECKS}
    rows = _seen(viewer).filter(gone_at=None).values_list("code", "state").annotate(n=Count("pk")).order_by()
    for code, state, number in rows:
        counted.setdefault(code, {})[state] = number
    last = CheckRun.objects.order_by("-pk").first()
    new = last.new if last else {}
    return [Line(check, **counted[code], new=new.get(code, 0)) for code, check in CHECKS.items()]


def last_runs(viewer: Any) -> list[CheckRun]:
    """最近几轮: the newest first, with how far the last has come."""
    require_inspection(viewer)
    return list(CheckRun.objects.select_related("asked_by").order_by("-pk")[:3])


def check_of(viewer: Any, code: str) -> Check:
    """One check. Raises NotFound."""
    require_inspection(viewer)
    if code not in CHECKS:
        raise NotFound()
    return CHECKS[code]


@dataclass(frozen=True)
class Shown:
    """一处命中 on a page: its sentence, and how it stands."""

    row: CheckHit
    words: str

    @property
    def id(self) -> str:
        """Its number as an address takes it."""
        return str(self.row.pk)

    @property
    def number(self) -> str:
        """The number of its case, "" where it has none."""
        return (self.row.case.number or "") if self.row.case else ""

    @property
    def state(self) -> Any:
        return STATES[GONE if self.row.is_gone else self.row.state]

    @property
    def tag(self) -> str:
        return TAGS[GONE if self.row.is_gone else self.row.state]


def hits(viewer: Any, code: str, *, state: str, after: str) -> Page[Shown]:
    """一项核查的命中 in one state, newest first, by key."""
    rows = _seen(viewer).filter(code=code).select_related("case__run")
    if state == GONE:
        rows = rows.filter(gone_at__isnull=False)
    elif state in STATES:
        rows = rows.filter(state=state, gone_at=None)
    page = newest_first(rows, after)
    return Page(_shown(page.rows), page.after)


def hit_of(viewer: Any, pk: int) -> CheckHit:
    """One hit. Raises NotFound."""
    found = _seen(viewer).select_related("case__run", "first_run", "last_run").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def around(viewer: Any, hit: CheckHit) -> dict[str, Any]:
    """一处命中 for its page: its check, its sentence, the rows that prove it, and what inspectors said of it, newest first."""
    return {
        "check": check_of(viewer, hit.code),
        "hit": _shown([hit])[0],
        "proof": proof_of(viewer, hit),
        "marks": hit.marks.select_related("by", "office").order_by("-pk"),
    }


def _shown(rows: Iterable[CheckHit]) -> list[Shown]:
    found = list(rows)
    people = User.objects.in_bulk({row.facts["person"] for row in found if row.facts.get("person")})
    others = {row.facts["other"] for row in found if row.facts.get("other")}
    numbers = dict(Case.objects.filter(pk__in=others).values_list("pk", "number"))
    return [Shown(row, sentence(row.code, _in_words(row, people, numbers))) for row in found]


def _in_words(row: CheckHit, people: dict[int, User], numbers: dict[int, str | None]) -> dict[str, Any]:
    facts: dict[str, Any] = row.facts
    told = dict(facts)
    for name, value in facts.items():
        found = parse_date(value) if isinstance(value, str) and name.endswith("on") else None
        if isinstance(found, date):
            told[name] = day_words(found)
    if facts.get("person"):
        person = people.get(facts["person"])
        told["person"] = str(person.name) if person else "—"
    if facts.get("other"):
        told["other"] = numbers.get(facts["other"]) or "—"
    if facts.get("step"):
        told["step"] = getattr(getattr(road_of(row.case), facts["step"], None), "title", facts["step"])
    if facts.get("relation"):
        told["relation"] = {INSTITUTION: _("机构"), **dict(PAYEE_RELATIONS)}.get(facts["relation"], facts["relation"])
    return told


@dataclass(frozen=True)
class Proof:
    """一行证据: what it is, its number, and where its entry in a timeline stands ("" where it has none)."""

    what: str
    pk: int
    href: str = field(default="")


def proof_of(viewer: Any, hit: CheckHit) -> list[Proof]:
    """证据: the rows that prove a hit, each with the address of the event that made it, as far as the viewer sees its case."""
    rows = [(table, pk) for table, pk in hit.rows[:MOST_ROWS]]
    wanted = Q(pk__in=[])
    for table in {table for table, _pk in rows}:
        wanted |= Q(object_type=table, object_id__in=[str(pk) for name, pk in rows if name == table])
    events: dict[tuple[str, str], Event] = {}
    for event in (
        Event.objects.filter(wanted, stream__kind="case", outcome="ok").select_related("stream").order_by("pk")
    ):
        events.setdefault((event.object_type or "", event.object_id or ""), event)
    keys = {int(event.stream.key) for event in events.values()}
    numbers = dict(visible_cases(viewer).filter(pk__in=keys).values_list("pk", "number"))
    return [Proof(thing_words(table), pk, _address(events.get((table, str(pk))), numbers)) for table, pk in rows]


def _address(event: Event | None, numbers: dict[int, str | None]) -> str:
    number = numbers.get(int(event.stream.key)) if event else None
    return reverse("inspection:event", args=[number, event.pk]) if event and number else ""
