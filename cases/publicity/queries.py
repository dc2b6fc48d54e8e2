"""Public lists as the public, the publishing office and those who look into objections see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, require, visible_cases
from cases.calendar.rules import local_day
from cases.consent.models import Consent
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.notices.models import Notice
from cases.people.rules import is_minor
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.programme import programme
from cases.publicity import rules
from cases.publicity.models import Objection, PublicEntry, PublicList
from cases.regions.queries import division

PUBLISH, INVESTIGATE = "publicity.publish", "publicity.objection"
MOST = 200


def area_name(code: str) -> str:
    """The name of a place on a list; an unknown code stands as it is."""
    found = division(code)
    return found.name if found else code


def told_before(case: Any, now: datetime) -> bool:
    """公示前告知: whether the applicant's letter N08 was in the file before this moment."""
    return Notice.objects.filter(case=case, code="N08", channel="page", to_whom="applicant", queued_at__lt=now).exists()


def is_listed(case: Any) -> bool:
    """Whether the case stands on a list that has not ended for it."""
    return PublicEntry.objects.filter(case=case, closed_at=None).exists()


WITH_NOTICE = (
    Prefetch("public_entries", PublicEntry.objects.select_related("list").defer("list__snapshot")),
    Prefetch("objections", Objection.objects.only("case_id", "state", "due_on")),
)
"""What a list of cases fetches beforehand to say how far each one's public notice is."""


def last_public_day(case: Any) -> tuple[date | None, bool]:
    """公示到哪天: the last day of the list on which the case stands, and whether it is 暂定; None before it is posted."""
    shown = next((entry.list for entry in case.public_entries.all() if entry.closed_at is None), None)
    return (shown.ends_on, shown.ends_provisional) if shown else (None, False)


def looked_into_until(case: Any) -> date | None:
    """异议核查到哪天: the latest time limit of the open objections against a case."""
    days = [row.due_on for row in case.objections.all() if row.state == "open" and row.due_on is not None]
    return max(days, default=None)


def agreed_to_publicity(case: Any) -> bool:
    """Whether the applicant agreed that part of the name is shown, and has not taken that back."""
    return _agreed().filter(case=case).exists()


def _agreed() -> QuerySet[Consent]:
    return Consent.objects.filter(kind="publicity", replaced_at=None, agreed=True, withdrawn_at=None)


def candidate(case: Any, today: date) -> rules.Candidate:
    """One case as it goes into the rules of a list."""
    person = case.patient
    name = str(person.name) if person else case.masked_name
    born = date.fromisoformat(str(person.birth_date)) if person else None
    return rules.Candidate(
        case=case.pk,
        number=case.number,
        name=name,
        is_minor=born is not None and is_minor(born, today),
        agreed=agreed_to_publicity(case),
        county=case.handling_code[:6],
        amount=case.award,
        group=str(programme(case.programme).public_group),
    )


@dataclass(frozen=True)
class Waiting:
    """等待公示的一件: whether the applicant was told, agreed, and what still stands in the way."""

    case: Case
    is_told: bool
    is_agreed: bool
    why_not: Any


def awaiting(viewer: Any, *, now: datetime) -> list[Waiting]:
    """等待公示: the cases that this viewer may put on a list, in order of number; at most 200 at a time."""
    must_publish(viewer)
    open_entry = PublicEntry.objects.filter(case=OuterRef("pk"), closed_at=None)
    told = Notice.objects.filter(
        case=OuterRef("pk"), code="N08", channel="page", to_whom="applicant", queued_at__lt=now
    )
    rows = (
        visible_cases(viewer)
        .filter(state__in=rules.AWAITING)
        .exclude(Exists(open_entry))
        .annotate(told=Exists(told), agreed=Exists(_agreed().filter(case=OuterRef("pk"))))
        .order_by("number")[:MOST]
    )
    return [
        Waiting(
            case,
            case.told,
            case.agreed,
            rules.why_not_listed(state=case.state, award=case.award, told_before=case.told, is_listed=False),
        )
        for case in rows
    ]


def must_publish(viewer: Any) -> None:
    areas = [post.office.division_code for post in posts_of(viewer)]
    require(viewer, PUBLISH, min(areas, key=len) if areas else "64")


def lists(viewer: Any) -> list[PublicList]:
    """公示名单: the latest lists of the areas in which this viewer publishes."""
    must_publish(viewer)
    areas = [post.office.division_code for post in posts_of(viewer) if PUBLISH in post.role.rights]
    rows = PublicList.objects.defer("snapshot").order_by("-pk")[:MOST]
    return [row for row in rows if any(row.division_code.startswith(area) for area in areas)]


def list_for(viewer: Any, token: UUID) -> PublicList:
    """One list for the office that publishes; NotFound outside its area."""
    found = PublicList.objects.filter(token=token).first()
    if found is None:
        raise NotFound()
    require(viewer, PUBLISH, found.division_code)
    return found


def entries_of(plist: PublicList) -> list[PublicEntry]:
    """The lines of a list with whether an objection is open and whether the consent was taken back since."""
    open_objection = Objection.objects.filter(entry=OuterRef("pk"), state="open")
    agreed = _agreed().filter(case=OuterRef("case_id"))
    rows = plist.entries.select_related("case").annotate(held=Exists(open_objection), agreed=Exists(agreed))
    return list(rows.order_by("position"))


def strictest_policy(plist: PublicList) -> Policy:
    """The policy among those of a list's cases that asks for the longest reason."""
    rows = plist.entries.select_related("case")
    return max((policy_of(entry.case) for entry in rows), key=lambda policy: policy.shortest_opinion)


def public_list(token: UUID) -> PublicList:
    """The list behind a public link; NotFound for a token that never existed."""
    found = PublicList.objects.filter(token=token).first()
    if found is None:
        raise NotFound()
    return found


def public_lines(plist: PublicList) -> list[PublicEntry]:
    """The lines that an objection may be about: those of this list that are still open."""
    return list(plist.entries.filter(closed_at=None).order_by("position"))


def public_objection(token: UUID) -> Objection:
    """An objection for whoever holds its token: state and answer, nothing else is shown."""
    found = Objection.objects.select_related("entry__list").filter(token=token).first()
    if found is None:
        raise NotFound()
    return found


OUTSIDERS = _("省级或市级没有办过这件的同事")


def why_not_mine(viewer: Any, case: Any) -> Any:
    """Why this person may not look into objections against a case; "" when he may."""
    parties = [case.owner_id, case.agent_id or 0]
    return rules.why_not_investigator(investigator=viewer.pk, first_review=rules.first_reviewers(case), parties=parties)


def why_not_longer(objection: Objection, *, now: datetime) -> Any:
    """Why the look into an open objection cannot be extended; "" when it can."""
    if objection.due_on is None:
        return ""
    return rules.why_not_extended(
        is_extended=objection.extended_at is not None, due_on=objection.due_on, today=local_day(now)
    )


def objections(viewer: Any) -> list[Objection]:
    """异议: those of the cases that this viewer may see and look into, open ones first; no text is opened."""
    areas = [post.office.division_code for post in posts_of(viewer)]
    require(viewer, INVESTIGATE, min(areas, key=len) if areas else "64")
    rows = Objection.objects.filter(case__in=visible_cases(viewer)).select_related("case", "entry__list")
    rows = rows.defer("text", "objector_name", "objector_phone", "finding", "answer", "entry__list__snapshot")
    return sorted(rows.order_by("-pk")[:MOST], key=lambda row: (row.state != "open", -row.pk))


def objection_for(viewer: Any, token: UUID) -> Objection:
    """One objection with its text for those who may look into it; county staff never see who objected."""
    found = (
        Objection.objects.select_related("case", "entry__list", "investigator", "extended_by")
        .filter(token=token)
        .first()
    )
    if found is None or not visible_cases(viewer).filter(pk=found.case_id).exists():
        raise NotFound()
    require(viewer, INVESTIGATE, found.case.handling_code)
    return found
