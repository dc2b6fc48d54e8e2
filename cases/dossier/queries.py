"""What is in a case: its lock, its answers, and the cases that belong to a person."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from django.db.models import BooleanField, Func, Q, QuerySet

from cases.access.queries import posts_of
from cases.calendar.rules import local_day
from cases.dossier.models import Answer, Case
from cases.errors import NotFound, Refusal
from cases.history import watch
from cases.people.queries import phone_key
from cases.policy.queries import current, due_date
from cases.policy.rules import Policy
from cases.programme import programmes

AGENT_ROLE = "AGT"
RANK = {"claimed": 0, "derived": 1, "registry": 2, "verified": 3}
"""Of two answers of one round the one whose source ranks higher counts."""


class IsSuspended(Func):
    """停办中: whether the case of this column stands still, as the database itself holds it."""

    function = "relief_suspended"
    output_field = BooleanField()


NOT_ASKED = ""
"""What a derived row says of an answer that the other answers do not call for any more."""


def lock_case(pk: int) -> Case:
    """锁定案卷: the one lock of a case (FOR NO KEY UPDATE), held to the end of the transaction; NotFound without it."""
    began = time.perf_counter()
    case = Case.objects.select_for_update(no_key=True).filter(pk=pk).first()
    watch.waited(time.perf_counter() - began)
    if case is None:
        raise NotFound()
    structlog.contextvars.bind_contextvars(case=case.pk, number=case.number or "")
    return case


def lock_cases(pks: Iterable[int]) -> dict[int, Case]:
    """锁定多个案卷: always in the order of their ids, so that two batches never wait for each other."""
    rows = Case.objects.select_for_update(no_key=True).filter(pk__in=set(pks)).order_by("pk")
    return {row.pk: row for row in rows}


def answers(case: Case) -> dict[str, Any]:
    """The value in force of each answer: the latest round, and within it what was verified over what was claimed."""
    return {key: row.value for key, row in answer_rows(case).items()}


def answer_rows(case: Case) -> dict[str, Answer]:
    """The row in force of each answer, with its source and date (F8)."""
    return _in_force(case.answers.all())


def answers_of(cases: Collection[Any]) -> dict[int, dict[str, Any]]:
    """The values in force of many cases, by their ids, as they stand now; one question for all of them."""
    rows: dict[int, list[Answer]] = {case.pk: [] for case in cases}
    for row in Answer.objects.filter(case__in=cases):
        rows[row.case_id].append(row)
    return {case: {key: row.value for key, row in _in_force(found).items()} for case, found in rows.items()}


def _in_force(given: Iterable[Answer]) -> dict[str, Answer]:
    rows = sorted(given, key=lambda row: (row.round, RANK[row.source], row.pk))
    return {key: row for key, row in {row.key: row for row in rows}.items() if row.value != NOT_ASKED}


def history_of_answer(case: Case, key: str) -> QuerySet[Answer]:
    """Every value one answer ever had in this case, oldest first."""
    return case.answers.filter(key=key).order_by("round", "pk")


def my_cases(viewer: Any) -> QuerySet[Case]:
    """我的申请: drafts and cases this person filed, helps with, or is called about on a phone that he proved his.

    The phone counts for submitted cases only: it is part of the file then, and a village worker's applicant can follow
    his own case with it.
    """
    if viewer is None or not viewer.is_authenticated or not viewer.is_active:
        return Case.objects.none()
    mine = Q(owner=viewer) | Q(agent=viewer)
    if viewer.phone and viewer.phone_verified:
        mine |= Q(contact_key=phone_key(str(viewer.phone))) & ~Q(state="DRAFT")
    return Case.objects.filter(mine, discarded_at=None).order_by("-pk")


def my_draft(viewer: Any, token: UUID) -> Case:
    """My draft or case by its token; NotFound for anybody else's (never told apart from one that does not exist)."""
    case = my_cases(viewer).filter(token=token).first()
    if case is None:
        raise NotFound()
    return case


def my_case(viewer: Any, number: str) -> Case:
    """My case by its number; NotFound for anybody else's."""
    case = my_cases(viewer).filter(number=number).first()
    if case is None:
        raise NotFound()
    return case


def opened_case(number: str, keys: Sequence[str]) -> Case | None:
    """A case that the paper code of its receipt opened in this browser; no more once another code was given out."""
    return Case.objects.filter(number=number, paper_code_key__in=keys).first() if keys else None


def agent_areas(person: Any) -> list[str]:
    """The villages a person helps as 代办人 now; none for everybody else."""
    return [post.office.division_code for post in posts_of(person) if post.role_id == AGENT_ROLE]


def policies_in_force(today: date) -> dict[str, Policy]:
    """现行政策 of each programme that has one."""
    found: dict[str, Policy] = {}
    for card in programmes():
        try:
            found[card.slug] = current(card.slug, today)
        except Refusal:
            continue
    return found


def kept_until(case: Case, policy: Policy | None) -> date | None:
    """草稿保留到: the last day on which a draft is kept, counted from its last save; None without a policy that says it."""
    if case.state != "DRAFT" or policy is None or not policy.has("days", "draft_kept"):
        return None
    return due_date(policy, "draft_kept", local_day(case.saved_at)).on
