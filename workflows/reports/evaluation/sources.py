"""Where the figures of indicators come from (指标来源): each a named query of what is looked at and which of it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases.calendar.rules import start_of
from cases.dossier.models import Case
from cases.evidence.models import Supplement
from cases.follow_up.models import FollowUp, FollowUpTry
from cases.money.models import PayoutAttempt
from cases.publicity.models import Objection
from cases.urgent.models import UrgentAid
from workflows.inspection.findings.models import Finding
from workflows.inspection.samples.models import SampleCheck
from workflows.models import Decision, WorkItem
from workflows.reports.rules import quarter_after

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """一个来源: what of a quarter is looked at, which of it counts, and where its case and its place stand."""

    rows: Rows
    counted: Q
    case: str = "case"
    place: str = "case__handling_code"


def _moments(field: str, first: date) -> dict[str, Any]:
    return {f"{field}__gte": start_of(first), f"{field}__lt": start_of(quarter_after(first))}


def _days(field: str, first: date) -> dict[str, Any]:
    return {f"{field}__gte": first, f"{field}__lt": quarter_after(first)}


def _steps(first: date) -> Source:
    done = WorkItem.objects.filter(**_moments("done_at", first), state="done", kind="human", due_on__isnull=False)
    return Source(done, Q(escalated_at=None))


def _accepted(first: date) -> Source:
    found = _steps(first)
    return Source(found.rows.filter(step="intake"), found.counted)


def _supplements(first: date) -> Source:
    asked = Exists(Supplement.objects.filter(case=OuterRef("pk")))
    rows = Case.objects.filter(**_moments("submitted_at", first)).annotate(was_asked=asked)
    return Source(rows, Q(was_asked=True), case="pk", place="handling_code")


def _decisions(counted: Q) -> Callable[[date], Source]:
    return lambda first: Source(Decision.objects.filter(**_moments("at", first)), counted)


def _objections(first: date) -> Source:
    return Source(Objection.objects.filter(**_moments("closed_at", first)), Q(state="upheld"))


def _samples(first: date) -> Source:
    rows = SampleCheck.objects.filter(**_moments("at", first))
    return Source(rows, Q(is_fine=True), case="line__case", place="line__case__handling_code")


def _failures(first: date) -> Source:
    rows = PayoutAttempt.objects.filter(**_moments("settled_at", first), state__in=["paid", "failed", "returned"])
    return Source(rows, Q(state__in=["failed", "returned"]))


def _urgent(first: date) -> Source:
    return Source(UrgentAid.objects.filter(**_moments("settled_at", first)), Q(outcome="confirmed"))


def _followed(first: date) -> Source:
    settled = FollowUpTry.objects.filter(duty=OuterRef("pk"), settles=True, happened_on__lte=OuterRef("due_on"))
    rows = FollowUp.objects.filter(Q(phone=True) | Q(home=True), **_days("due_on", first))
    return Source(rows.annotate(in_time=Exists(settled)), Q(in_time=True))


def _tries(given: Mapping[str, Any], counted: Q) -> Callable[[date], Source]:
    def source(first: date) -> Source:
        rows = FollowUpTry.objects.filter(**_days("happened_on", first), **given)
        return Source(rows, counted, case="duty__case", place="duty__case__handling_code")

    return source


def _findings(first: date) -> Source:
    rows = Finding.objects.filter(**_days("due_on", first), sent_at__isnull=False).exclude(state="withdrawn")
    return Source(rows.annotate(whose=F("office__division_code")), Q(escalated_at=None), place="whose")


SOURCES: dict[str, Callable[[date], Source]] = {
    "steps_in_time": _steps,
    "accepted_in_time": _accepted,
    "supplements": _supplements,
    "returns": _decisions(Q(outcome="return")),
    "hasty": _decisions(Q(is_hasty=True)),
    "objections": _objections,
    "samples": _samples,
    "failures": _failures,
    "urgent": _urgent,
    "followed_in_time": _followed,
    "satisfied": _tries({"satisfied__isnull": False}, Q(satisfied__gte=4)),
    "fees": _tries({"reached": True, "fee__isnull": False}, Q(fee=True)),
    "findings": _findings,
}
