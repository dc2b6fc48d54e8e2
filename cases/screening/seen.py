"""The people of a session or campaign as pages show them: in order, found again, with what was found for who may know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from cases.access.queries import may
from cases.calendar import clock
from cases.errors import NotFound
from cases.people.queries import id_key, name_key
from cases.people.rules import age, check_id, mask_id
from cases.screening.ears import grades
from cases.screening.funnel import STAGES
from cases.screening.models import Campaign, Registration, Result, Session
from cases.screening.outcomes import OPERABLE
from cases.screening.queries import PAGE, READ, REFER, RESULTS, counts, is_in, kind_of, posts_with, registrations
from cases.screening.rules import number_of
from cases.screening.slips import measured, refer_for
from cases.text import is_key, with_aside

CURRENT = Prefetch("results", Result.objects.filter(counts()), to_attr="current")
TAG = {"normal": "green", "observe": "blue", "refer": "yellow", "operable": "turquoise", "contraindicated": "grey"}


@dataclass(frozen=True)
class Line:
    """One person of a list; `result` is None where there is none, or for who may not know it."""

    registration: Registration
    masked_id: str
    result: Result | None

    @property
    def colour(self) -> str:
        """The colour of the result's tag."""
        return TAG[self.result.outcome] if self.result else "grey"

    @property
    def words(self) -> Any:
        """The result in words."""
        return STAGES[self.result.outcome] if self.result else ""


def knows_findings(viewer: Any, registration: Registration) -> bool:
    """Whether a viewer may know what was found: who examines and who reads; a helper who registered does not."""
    is_team = registration.session is not None and examines(viewer, registration.session)
    return is_team or may(viewer, READ, registration.division_code) is not None


def examines(viewer: Any, session: Session) -> bool:
    """Whether the viewer belongs to the team of this session."""
    return any(post.office_id == session.team_id for post in posts_with(viewer, RESULTS))


def found_in(viewer: Any, session: Session, words: str = "", *, after: str = "") -> tuple[list[Registration], str]:
    """The people of a session whom the viewer may see, in the order of the numbers; `words` are a number, a name or an ID number.

    Answers a page and the number after which the next one begins ("" at the end).
    """
    rows = registrations(viewer).filter(session=session)
    return _page(rows.filter(_meant(words)) if words.strip() else rows, after)


def _page(rows: Any, after: str) -> tuple[list[Registration], str]:
    rows = rows.select_related("session").prefetch_related(CURRENT).order_by("serial")
    if is_key(after):
        rows = rows.filter(serial__gt=int(after))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].serial) if len(found) > PAGE else ""


def _meant(words: str) -> Q:
    meant = Q(name_key=name_key(words))
    serial = number_of(words)
    if serial is not None:
        meant |= Q(serial=serial)
    if check_id(words, today=clock.today()).ok:
        meant |= Q(id_key=id_key(words))
    return meant


def listed(viewer: Any, rows: Iterable[Registration], session: Session) -> list[Line]:
    """The lines of a session's list."""
    may_know = knows(viewer, session)
    return [Line(row, mask_id(str(row.id_no)), _current(row) if may_know else None) for row in rows]


def knows(viewer: Any, session: Session) -> bool:
    """Whether the viewer may know what was found at this session: its team, and who reads its place."""
    return examines(viewer, session) or may(viewer, READ, session.division_code) is not None


def _current(row: Registration) -> Result | None:
    held: list[Result] = row.current  # type: ignore[attr-defined]
    return held[0] if held else None


def next_person(session: Session, after: int = 0) -> Registration | None:
    """下一位: the first after this number who has no result yet; from the top again behind the last."""
    seen = Exists(Result.objects.filter(counts(), registration=OuterRef("pk")))
    waiting = session.registrations.filter(~seen).filter(is_in()).order_by("serial")
    return waiting.filter(serial__gt=after).first() or waiting.first()


def result_of(registration: Registration) -> Result | None:
    """The result that counts."""
    return registration.results.filter(counts()).first()


def progress(session: Session) -> tuple[int, int]:
    """How many of a session were examined, and how many are registered."""
    seen = Count("pk", filter=Q(results__isnull=False) & counts("results__"), distinct=True)
    found = session.registrations.filter(is_in()).aggregate(seen=seen, all=Count("pk", distinct=True))
    return found["seen"], found["all"]


def card_of(viewer: Any, row: Registration, result: Result | None) -> dict[str, Any]:
    """What the page of one person shows."""
    kind = kind_of(row.campaign)
    years = age(date.fromisoformat(str(row.birth_date)), result.examined_on if result else clock.today())
    sex = _("男") if row.sex == "M" else _("女")
    return {
        "row": row, "session": row.session, "campaign": row.campaign, "result": result,
        "masked_id": mask_id(str(row.id_no)), "who": _("%(years)s 岁，%(sex)s") % {"years": years, "sex": sex},
        "measured": read_as(result, kind) if result else [], "grade": _grade(result) if result else "",
        "refer_for": refer_for(result) if result else [], "outcome_words": STAGES[result.outcome] if result else "",
        "colour": TAG[result.outcome] if result else "grey", "case_words": _case_words(row),
        "may_enter": row.session is not None and examines(viewer, row.session) and not _has_case(row)
        and row.campaign.closed_at is None,
    }  # fmt: skip


def read_as(result: Result, kind: str) -> list[list[str]]:
    """What was measured, line by line, with what it was read as."""
    return [[one.words, with_aside(one.value, one.aside) if one.aside else one.value] for one in measured(result, kind)]


def _grade(result: Result) -> str:
    code, standard = result.worked["grade"], result.worked["standard"]
    found = next((one for one in grades(standard) if one.code == code), None) if code else None
    return with_aside(found.name, standard) if found else ""


def _has_case(row: Registration) -> bool:
    return row.case is not None and row.case.discarded_at is None


def _case_words(row: Registration) -> Any:
    return "" if row.case is None else _("还是草稿") if row.case.state == "DRAFT" else _("已提交")


def operable(viewer: Any, campaign: Campaign, *, after: str = "") -> tuple[list[Registration], str]:
    """可以救助的人 of the viewer's area, by number, each with the case that came of it."""
    reach = Q(pk__in=[])
    for post in posts_with(viewer, REFER):
        reach |= Q(division_code__startswith=post.office.division_code)
    fit = Exists(Result.objects.filter(counts(), registration=OuterRef("pk"), outcome=OPERABLE))
    rows = campaign.registrations.filter(reach).filter(is_in()).filter(fit).select_related("case__owner")
    return _page(rows, after)


def registration_by_key(viewer: Any, campaign: Campaign, key: str) -> Registration:
    """A registration of the campaign by its row's number, if this viewer may see it."""
    rows = registrations(viewer).filter(campaign=campaign, pk=int(key)) if is_key(key) else Registration.objects.none()
    found = rows.first()
    if found is None:
        raise NotFound()
    return found
