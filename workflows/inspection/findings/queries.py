"""Which findings somebody may read, as what he takes part in one, and the lists of them (问题、整改)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.looks import Inspected
from cases.access.models import Office, Post
from cases.access.queries import may, posts_of
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import remaining
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.record import record_access
from cases.paging import Page, newest_first
from workflows import barring
from workflows.actions import LEAD
from workflows.inspection.findings.models import Evidence, Finding, FindingFile, FindingStep, InspectionNote
from workflows.inspection.findings.rules import AUDITED, INSPECTOR, OPEN, Ties, too_near, ways
from workflows.inspection.queries import INSPECT
from workflows.inspection.samples.queries import under_sample

ANSWER = "finding.answer"
"""The right to answer for one's office what inspectors found there."""
LISTS = {"open": _("未了结的"), "late": _("超期的"), "over": _("已了结的")}
SHOWN = 10


def inspecting_post(viewer: Any, office: Office) -> Post | None:
    """The post in which somebody inspects an office."""
    return may(viewer, INSPECT, office.division_code)


def answering_post(viewer: Any, finding: Finding) -> Post | None:
    """The post in which somebody answers for the audited: one that answers for the office, or the owner's there."""
    there = [post for post in posts_of(viewer) if post.office_id == finding.office_id]
    is_owner = viewer.pk == finding.owner_id
    return next((post for post in there if is_owner or ANSWER in post.role.rights), None)


def readable(viewer: Any) -> QuerySet[Finding]:
    """看得见的问题: all of them for who inspects the office; once sent, for the office and its owner; reported late, for the heads.

    Nobody else knows that there is one.
    """
    reach = Q(pk__in=[])
    for post in posts_of(viewer):
        code = post.office.division_code
        if INSPECT in post.role.rights:
            reach |= Q(office__division_code__startswith=code)
        if ANSWER in post.role.rights:
            reach |= Q(sent_at__isnull=False, office=post.office_id)
        if LEAD in post.role.rights:
            reach |= Q(sent_at__isnull=False, escalated_at__isnull=False, office__division_code__startswith=code)
        reach |= Q(sent_at__isnull=False, owner=viewer, office=post.office_id)
    return Finding.objects.filter(reach)


def _looked(viewer: Any, post: Post, what: Any) -> None:
    """查阅留痕 of findings, before their bytes leave."""
    record_access(
        "read", object=what, fields=["finding"], by=viewer, purpose=_("监督检查"), role=post.role_id,
        office=post.office.name,
    )  # fmt: skip


def ties_of(viewer: Any, finding: Finding) -> Ties:
    """What ties somebody to a finding."""
    return Ties(
        served_there=Post.objects.filter(user=viewer, office=finding.office_id).exists(),
        owner=viewer.pk == finding.owner_id,
        answered=finding.steps.filter(by=viewer, kind__in=["answer", "rectify"]).exists(),
        party=finding.case is not None and viewer.pk in barring.parties(finding.case),
    )


@dataclass(frozen=True)
class Line:
    """问题 in a list, with the workdays that are left."""

    finding: Finding
    left: int | None


def _lines(rows: Iterable[Finding]) -> list[Line]:
    rows = list(rows)
    if not rows:
        return []
    today, cal = clock.today(), calendar()
    waits = ("sent", "answered")
    return [Line(row, remaining(row.due_on, today, cal) if row.due_on and row.state in waits else None) for row in rows]


def page_of(viewer: Any, name: str, *, case: str = "", after: str = "") -> tuple[list[Line], Page[Finding]]:
    """A page of one of the lists, newest first; `case` keeps to one case. NotFound for who has no post."""
    posts = posts_of(viewer)
    if not posts:
        raise NotFound()
    rows = readable(viewer).select_related("case__run", "office", "owner")
    is_late = Q(state__in=["sent", "answered"], due_on__lt=clock.today())
    rows = rows.filter({"late": is_late, "over": ~Q(state__in=OPEN)}.get(name, Q(state__in=OPEN)))
    if case:
        rows = rows.filter(case__number=case)
    page = newest_first(rows, after)
    if page.rows:
        _looked(viewer, posts[0], posts[0])
    return _lines(page.rows), page


def on_desk(viewer: Any) -> list[Line]:
    """办理台上的问题: what the viewer's offices have to put right, the oldest first."""
    if any(INSPECT in post.role.rights for post in posts_of(viewer)):
        return []
    rows = readable(viewer).filter(state__in=["sent", "answered"]).select_related("case__run", "office")
    return _lines(rows.order_by("due_on", "pk")[:SHOWN])


@dataclass(frozen=True)
class Opened:
    """问题 as one viewer sees it: its steps and evidence, what he may do now, and why he may not judge."""

    finding: Finding
    steps: list[FindingStep]
    evidence: list[Evidence]
    left: int | None
    is_inspector: bool
    too_near: Any
    ways: list[str] = field(default_factory=list)


def opened(viewer: Any, pk: int) -> Opened:
    """打开问题: for whoever may read it; the look is stored first. NotFound for everybody else."""
    found = readable(viewer).select_related("case__run", "office", "owner", "by").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    inspects = inspecting_post(viewer, found.office)
    post = inspects or answering_post(viewer, found) or next(iter(posts_of(viewer)))
    _looked(viewer, post, found)
    near = too_near(ties_of(viewer, found)) if inspects else None
    sides = [INSPECTOR] * (inspects is not None and not near) + [AUDITED] * (answering_post(viewer, found) is not None)
    steps = found.steps.select_related("by", "office").prefetch_related("files").order_by("pk")
    line = _lines([found])[0]
    return Opened(
        found, list(steps), list(found.evidence.order_by("pk")), line.left, inspects is not None, near,
        ways(found.state, sides),
    )  # fmt: skip


def file_of(viewer: Any, pk: int, token: UUID) -> FindingFile:
    """附件 for whoever may read its finding; the look is stored first."""
    found = FindingFile.objects.filter(finding__in=readable(viewer), finding=pk, token=token).first()
    if found is None:
        raise NotFound()
    post = next(iter(posts_of(viewer)))
    _looked(viewer, post, found)
    return found


def folder(viewer: Any, case: Case) -> tuple[list[Line], list[InspectionNote]]:
    """检查卷: the findings about a case and what inspectors noted, for an inspector who has opened it."""
    rows = readable(viewer).filter(case=case).select_related("case__run", "office").order_by("-pk")
    notes = InspectionNote.objects.filter(case=case).select_related("by").order_by("-pk")
    return _lines(rows[:SHOWN]), list(notes[:50])


def inspected(case_pk: int) -> Inspected:
    """检查是否还在进行: whether a finding about a case is open, and when the office was last sent one."""
    rows = Finding.objects.filter(case=case_pk).values_list("state", "sent_at")
    sent: list[datetime] = [moment for _state, moment in rows if moment]
    is_open = any(state in OPEN for state, _sent in rows) or under_sample(case_pk)
    return Inspected(is_open, max(sent, default=None))
