"""Policies as they are stored: the one a case is pinned to, the one in force, and what a viewer may look through."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import posts_of, who_may
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import Due, Pause, due_with_pauses, local_day
from cases.errors import NotFound, Refusal, Stale
from cases.history import record as history
from cases.policy.cards import Card, card, cards
from cases.policy.local import overlaid
from cases.policy.models import Clause, Measure, PolicyRow, PolicyVersion
from cases.policy.rules import SECTIONS, WORKDAYS, Cited, Policy, Row
from cases.policy.vectors import Ran, run

EDIT, PUBLISH, LOCAL = "policy.edit", "policy.publish", "policy.local"
CITED = ("clause", "clause__measure")


def policy_for(version_id: int) -> Policy:
    """The policy of a version. A published one never changes, so it is read once by each process; a draft each time.

    Raises PolicyVersion.DoesNotExist.
    """
    held = _held(version_id)
    return held if held is not None else _read(PolicyVersion.objects.get(pk=version_id))


class _NotYet(Exception):
    """Keeps a draft out of the cache."""


def _held(version_id: int) -> Policy | None:
    try:
        return _published(version_id)
    except _NotYet:
        return None


@lru_cache(maxsize=256)
def _published(version_id: int) -> Policy:
    version = PolicyVersion.objects.get(pk=version_id)
    if version.status == PolicyVersion.DRAFT:
        raise _NotYet
    return _read(version)


def _read(version: PolicyVersion) -> Policy:
    rows = [as_row(row) for row in PolicyRow.objects.filter(version=version).select_related(*CITED)]
    if version.base_id:
        return overlaid(policy_for(version.base_id), rows, version=version.pk, number=version.number)
    return Policy.from_rows(rows, version=version.pk, number=version.number)


def as_row(row: PolicyRow) -> Row:
    """A stored row as the rules read it, with the words of the clause it cites."""
    clause = row.clause
    cites = cited(clause) if clause else None
    number = clause.number if clause else ""
    return Row(row.section, row.key, row.value, row.position, number, row.note_zh, row.note_en, cites, row.pk)


def cited(clause: Clause) -> Cited:
    """A clause as rows, letters and pages quote it."""
    return Cited(clause.pk, clause.measure.title, clause.number, clause.text_zh, clause.text_en)


def clause_named(programme: str, row: Row) -> Clause | None:
    """The clause that a row names: the one it cites already, else the one of that number in the newest edition."""
    if row.cites and row.cites.number == row.clause:
        return Clause.objects.filter(measure__programme=programme, pk=row.cites.pk).first()
    found = Clause.objects.filter(measure__programme=programme, number=row.clause)
    return found.order_by("-measure__edition").first() if row.clause else None


def clauses_of(programme: str) -> QuerySet[Clause]:
    """The clauses that rows of a programme may cite, the newest edition first."""
    found = Clause.objects.filter(measure__programme=programme).select_related("measure")
    return found.order_by("-measure__edition", "position", "id")


def measure_is_cited(measure: Measure) -> bool:
    """Whether a published version cites a clause of this measure, so that its words stand still."""
    return PolicyRow.objects.filter(clause__measure=measure).exclude(version__status=PolicyVersion.DRAFT).exists()


def measure_for(viewer: Any, pk: int) -> Measure:
    """One measure, for whoever works in an office. Raises NotFound."""
    if not posts_of(viewer):
        raise NotFound()
    found = Measure.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def clause_for(viewer: Any, pk: int) -> Clause:
    """One clause, for whoever works in an office. Raises NotFound."""
    found = Clause.objects.select_related("measure").filter(pk=pk).first() if posts_of(viewer) else None
    if found is None:
        raise NotFound()
    return found


def checked(version: PolicyVersion) -> list[Ran]:
    """Every test vector of a version, run now."""
    policy = policy_for(version.pk)
    return [run(version.programme, policy, one.title, one.facts, one.expected, one.pk) for one in version.vectors.all()]


def own_rows(version: PolicyVersion) -> list[Row]:
    """The rows of a version itself, without those of the version it stands over."""
    return [as_row(row) for row in PolicyRow.objects.filter(version=version).select_related(*CITED)]


def citing(programme: str, rows: Sequence[Row]) -> list[Row]:
    """Rows that name clauses by number, with the clauses they will cite."""
    named: dict[str, Clause] = {}
    for clause in clauses_of(programme):
        named.setdefault(clause.number, clause)
    return [replace(row, cites=cited(named[row.clause])) if row.clause in named else row for row in rows]


def measures_of(viewer: Any, programme: str) -> QuerySet[Measure]:
    """The measures of a programme, the newest edition first. Raises NotFound outside any office or for no programme."""
    if not posts_of(viewer) or programme not in {card.slug for card in cards()}:
        raise NotFound()
    return Measure.objects.filter(programme=programme).select_related("made_by").order_by("-edition")


def fingerprint(version: PolicyVersion) -> str:
    """What a draft is like now, as a digest, so that nobody saves over a change that he has not seen."""
    rows = PolicyRow.objects.filter(version=version).order_by("pk")
    told = [[one.pk, one.position, one.value, one.clause_id, one.note_zh, one.note_en] for one in rows]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def current_version(programme: str, on: date, place: str = "") -> PolicyVersion:
    """现行政策: the published version in force on a day, the latest by its effective date.

    With a place, the rows of its county or else of its city over that version, where they have published any.
    Raises Refusal when the programme has none.
    """
    in_force = PolicyVersion.objects.filter(
        programme=programme, status=PolicyVersion.PUBLISHED, effective_from__lte=on
    ).order_by("-effective_from", "-number")
    found = in_force.filter(division="").first()
    if found is None:
        raise Refusal(_("这个项目还没有发布政策，暂时不能受理。"), code="no_policy", status=409)
    areas = [place[:length] for length in (6, 4) if len(place) >= length]
    over = Q(base=found) | Q(base__base=found)
    local = list(in_force.filter(over, division__in=areas)) if areas else []
    return next((one for area in areas for one in local if one.division == area), found)


def current(programme: str, on: date, place: str = "") -> Policy:
    """The policy in force on a day, in a place where one is named."""
    return policy_for(current_version(programme, on, place).pk)


def policy_of(case: Any, on: date | None = None) -> Policy:
    """The policy that counts for a case: pinned at acceptance, before that the one in force on a day.

    Without a day it is the day of the open act, else today.
    """
    if case.policy_id:
        return policy_for(case.policy_id)
    act = history.current()
    return current(case.programme, on or (local_day(act.now) if act else clock.today()), case.handling_code)


def due_date(policy: Policy, key: str, start: date, *, pauses: Sequence[Pause] = (), today: date | None = None) -> Due:
    """到期日: when something is due that began on `start`, in working days past its pauses or in calendar days.

    Calendar-day limits are not paused (domain.md 4.4 pauses working-day limits). Raises PolicyGap for an unknown key.
    """
    period = policy.period(key)
    if period.unit == WORKDAYS:
        return due_with_pauses(start, period.amount, pauses, calendar(), today=today)
    return Due(start + timedelta(days=period.amount), False)


def versions(viewer: Any) -> QuerySet[PolicyVersion]:
    """The versions a member of an office may look through, newest first. Raises NotFound for everybody else."""
    if not posts_of(viewer):
        raise NotFound()
    return PolicyVersion.objects.select_related("made_by", "published_by").order_by("programme", "-number")


def version_for(viewer: Any, version_id: int) -> PolicyVersion:
    """One version, if the viewer may look at policies. Raises NotFound."""
    found = versions(viewer).filter(pk=version_id).first()
    if found is None:
        raise NotFound()
    return found


def draft_for(viewer: Any, version_id: int, section: str = "") -> PolicyVersion:
    """A draft to be edited. Raises NotFound for an unknown version or section, Refusal without the right, Stale."""
    held = version_for(viewer, version_id)
    if section and section not in SECTIONS:
        raise NotFound()
    require_post(viewer, LOCAL if held.division else EDIT, held.division)
    if held.status != PolicyVersion.DRAFT:
        raise Stale(_("这一版已经发布，不能再改。请另起一份草稿。"))
    return held


def draft_row(viewer: Any, version_id: int, section: str, key: str) -> tuple[PolicyVersion, Row]:
    """A draft and one of its rows. Raises as ``draft_for`` does, and NotFound for an unknown row."""
    held = draft_for(viewer, version_id, section)
    found = PolicyRow.objects.filter(version=held, section=section, key=key).first()
    if found is None:
        raise NotFound()
    return held, as_row(found)


def card_of(viewer: Any, programme: str, right: str = EDIT) -> Card:
    """The card of a programme, for whoever may draft its policy. Raises NotFound for an unknown one, Refusal."""
    require_post(viewer, right)
    try:
        return card(programme)
    except KeyError:
        raise NotFound() from None


def version_before(version: PolicyVersion) -> PolicyVersion | None:
    """The version of the same programme that came before this one."""
    earlier = PolicyVersion.objects.filter(
        programme=version.programme, division=version.division, number__lt=version.number
    )
    return earlier.order_by("-number").first()


def version_to_compare(viewer: Any, version: PolicyVersion, chosen: str) -> PolicyVersion | None:
    """The version of the same programme that was chosen, else the one before. Raises NotFound for a foreign one."""
    if not chosen:
        return version_before(version)
    found = versions(viewer).filter(programme=version.programme, pk=int(chosen) if chosen.isdecimal() else 0).first()
    if found is None:
        raise NotFound()
    return found


def post_with(viewer: Any, right: str, division: str = "") -> Post | None:
    """The viewer's post that gives a right over policies, in that area where one is named, or None."""
    held = (post for post in posts_of(viewer) if right in post.role.rights)
    return next((post for post in held if not division or post.office.division_code == division), None)


def may_edit(viewer: Any, version: PolicyVersion) -> bool:
    """Whether the viewer may edit this version: a draft, of the province or of his own place."""
    right = LOCAL if version.division else EDIT
    return version.status == PolicyVersion.DRAFT and post_with(viewer, right, version.division) is not None


def require_post(viewer: Any, right: str, division: str = "") -> Post:
    """The post in which somebody edits or publishes. Raises Refusal that names who may, NotFound outside any office."""
    posts = posts_of(viewer)
    if not posts:
        raise NotFound()
    found = post_with(viewer, right, division)
    if found is None:
        area = division or posts[0].office.division_code
        raise Refusal(_("您的岗位不能改动政策。"), code="no_right", who_may=who_may(right, area))
    return found
