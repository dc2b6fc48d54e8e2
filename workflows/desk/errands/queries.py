"""Whom one may ask at a step, who may answer or cancel, and the errands of a case, of a desk and of an office (交办)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office, Post, Role, User, in_my_language
from cases.access.queries import current_posts, get_case, is_known, may, posts_of, sees
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import remaining
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound
from cases.paging import Page, oldest_first
from cases.text import listed
from workflows.actions import LEAD
from workflows.actions.common import may_act, must_lead
from workflows.barring import parties
from workflows.desk.errands.models import Errand, ErrandFile
from workflows.desk.notes.queries import INSPECT, LENGTHS, READ, reading_post
from workflows.models import WorkItem

LISTS = {"to_me": _("交给我的"), "by_me": _("我交办的"), "late": _("超期已上报")}
"""The lists of errands that are still open: mine to answer, asked by me, and for a head those of his area reported late."""
SHOWN = 10


def asking_post(item: WorkItem | None, by: Any) -> Post:
    """The post in which somebody asks at a step: its holder's, or a head's. Raises a refusal that names who may."""
    if item is None or not is_known(by, item.case_id) or reading_post(by, item.case) is None:
        raise NotFound()
    is_held = item.state == "claimed" and item.holder_id == by.pk
    found: Post = may_act(item, by) if is_held else must_lead(item, by)
    return found


@dataclass(frozen=True)
class Target:
    """可以交办给谁: a post at an office, and who holds it now and may answer."""

    office: Office
    role: Role
    people: tuple[User, ...]

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"{self.office.pk}:{self.role.pk}"

    @property
    def words(self) -> str:
        """Office and post as the reader calls them."""
        office = in_my_language(self.office.name, self.office.name_en)
        return f"{office} {in_my_language(self.role.name, self.role.name_en)}"


def targets(case: Case, post: Post, by: Any) -> list[Target]:
    """可以交办给谁: the posts in the asker's area that see this case whole, as far as somebody in them may answer.

    Nobody sees more of the case because he is asked: only those are asked who see it already.
    """
    areas = [case.handling_code[:length] for length in LENGTHS]
    own = post.stand_in.area if post.stand_in else post.office.division_code
    rows = current_posts().filter(role__rights__contains=[READ], office__division_code__in=areas)
    rows = rows.filter(office__division_code__startswith=own).exclude(role__rights__contains=[INSPECT])
    barred = parties(case) | {by.pk, case.owner_id, case.agent_id}
    found: dict[tuple[int, str], Target] = {}
    for one in rows.select_related("user").exclude(user__in=barred - {None}):
        earlier = found.get((one.office_id, one.role_id))
        people = (*earlier.people, one.user) if earlier else (one.user,)
        found[one.office_id, one.role_id] = Target(one.office, one.role, people)
    return sorted(found.values(), key=lambda one: (-len(one.office.division_code), one.role.pk))


def answering_post(by: Any, errand: Errand) -> Post | None:
    """The post in which somebody answers: the one that was asked, and the person where one was named; never lent."""
    if errand.person_id not in (None, by.pk):
        return None
    asked = (errand.office_id, errand.role)
    return next((post for post in posts_of(by) if (post.office_id, post.role_id) == asked), None)


def cancelling_post(by: Any, errand: Errand) -> Post | None:
    """The post in which somebody cancels: who asked, whoever holds the step now, and a head of the place."""
    lead = may(by, LEAD, errand.item.division_code)
    is_his = by.pk in (errand.by_id, errand.item.holder_id)
    return lead or (may(by, READ, errand.case.handling_code) if is_his else None)


@dataclass(frozen=True)
class Line:
    """交办 as a page shows it to one viewer."""

    errand: Errand
    whom: str
    left: int | None
    may_answer: bool
    may_cancel: bool


def lines(viewer: Any, rows: list[Errand]) -> list[Line]:
    """Each with whom it was asked of, the workdays left while it is open, and what this viewer may do with it."""
    today, cal = clock.today(), calendar()
    roles = {role.pk: in_my_language(role.name, role.name_en) for role in Role.objects.all()}
    return [_line(viewer, row, roles, remaining(row.due_on, today, cal)) for row in rows]


def _line(viewer: Any, row: Errand, roles: dict[str, str], left: int) -> Line:
    whom = f"{in_my_language(row.office.name, row.office.name_en)} {roles[row.role]}"
    if row.person is not None:
        whom = f"{whom} {row.person.name}"
    if row.state != "open":
        return Line(row, whom, None, False, False)
    may_answer = answering_post(viewer, row) is not None
    return Line(row, whom, left, may_answer, cancelling_post(viewer, row) is not None)


def _whole(rows: QuerySet[Errand]) -> QuerySet[Errand]:
    shown = ("case__run", "item", "office", "person", "by", "by_office", "ended_by", "ended_office")
    return rows.select_related(*shown).prefetch_related("files").order_by("pk")


def errands_of(case: Case) -> list[Errand]:
    """交办 of a case, oldest first, with what was answered."""
    return list(_whole(Errand.objects.filter(case=case)))


def errand_of(viewer: Any, number: str, pk: int) -> Errand:
    """One errand by its address. NotFound outside the viewer's area and for who reads no whole files there."""
    case = get_case(viewer, number)
    found = _whole(Errand.objects.filter(case=case, pk=pk)).first()
    if found is None or reading_post(viewer, case) is None:
        raise NotFound()
    return found


def errand_file(viewer: Any, number: str, pk: int, token: UUID) -> ErrandFile:
    """答复附件 for whoever may read its errand. NotFound for everybody else."""
    errand = errand_of(viewer, number, pk)
    found = errand.files.filter(token=token).first()
    if found is None:
        raise NotFound()
    found.errand = errand
    return found


def of_list(viewer: Any, name: str) -> QuerySet[Errand]:
    """One list of open errands, of cases that the viewer may still see. Invalid for a list that there is not."""
    rows = Errand.objects.filter(sees(viewer, "case__"), state="open")
    if name == "by_me":
        return rows.filter(by=viewer)
    reach = Q(pk__in=[])
    if name == "late":
        for post in posts_of(viewer):
            if LEAD in post.role.rights:
                reach |= Q(case__handling_code__startswith=post.office.division_code)
        return rows.filter(reach, escalated_at__isnull=False)
    if name != "to_me":
        raise Invalid(_("没有这个清单。"), fields={"list": format_lazy(_("请填 {names}"), names=listed(LISTS))})
    for post in posts_of(viewer):
        reach |= Q(office=post.office_id, role=post.role_id)
    return rows.filter(reach, Q(person=None) | Q(person=viewer))


def page_of(viewer: Any, name: str, after: str) -> Page[Errand]:
    """A page of such a list in the order of asking."""
    return oldest_first(_whole(of_list(viewer, name)), after)


def on_desk(viewer: Any) -> dict[str, list[Line]]:
    """办理台上的交办: the first of those asked of me, and what came back at the steps that I hold."""
    asked = list(_whole(of_list(viewer, "to_me"))[:SHOWN])
    back = Errand.objects.filter(item__holder=viewer, item__state="claimed", state__in=["answered", "sent_back"])
    return {"asked": lines(viewer, asked), "back": lines(viewer, list(_whole(back)[:SHOWN]))}
