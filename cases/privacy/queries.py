"""What a person asked about the own data, what keeps the data of a case, and the copy of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from cases.access.queries import posts_of, require, visible_cases
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Erased, NotFound
from cases.evidence.models import MaterialFile
from cases.paging import Page, oldest_first
from cases.people.queries import is_applicant
from cases.policy.queries import due_date, policy_of
from cases.privacy.models import PrivacyHold, PrivacyRequest
from cases.privacy.rules import RIGHT, Hold, answered_by
from cases.text import is_key


def holds_of(case: Any) -> list[Hold]:
    """保存事由 of a case, as the database that refuses an erasure counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, until FROM privacy_holds(%s)", [case.pk])
        return [Hold(code, until) for code, until in cursor.fetchall()]


def is_erased(case: Any) -> bool:
    """Whether the key of this case is destroyed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM cases_subjectkey WHERE subject = %s AND destroyed_at IS NOT NULL)",
            [f"case:{case.pk}"],
        )
        return bool(cursor.fetchone()[0])


def requests_of(viewer: Any, case: Any) -> list[PrivacyRequest]:
    """我的请求: what was asked about this case, the newest first; for the applicant. NotFound for everybody else."""
    if not is_applicant(viewer, case):
        raise NotFound()
    return list(PrivacyRequest.objects.filter(case=case).order_by("-pk"))


def in_turn(viewer: Any, after: str) -> Page[PrivacyRequest]:
    """待办请求: open requests of the viewer's area, the oldest first. Refusal without the right, NotFound without any post."""
    posts = posts_of(viewer)
    if not any(RIGHT in post.role.rights for post in posts):
        require(viewer, RIGHT, posts[0].office.division_code if posts else "")
    return oldest_first(_rows(viewer).filter(state__in=["asked", "proposed", "restricted"]), after)


def request_for(viewer: Any, pk: Any) -> PrivacyRequest:
    """One request, for who may decide it. NotFound outside the area; Refusal inside it without the right."""
    found = _rows(viewer).filter(pk=pk).first() if is_key(str(pk)) else None
    if found is None:
        raise NotFound()
    require(viewer, RIGHT, found.case.handling_code)
    return found


def _rows(viewer: Any) -> QuerySet[PrivacyRequest]:
    return PrivacyRequest.objects.filter(case__in=visible_cases(viewer)).select_related("case", "proposed_by")


def holds_placed(case: Any) -> list[PrivacyHold]:
    """保全 in force on a case."""
    return list(PrivacyHold.objects.filter(case=case, ended_at=None).order_by("pk"))


def hold_for(viewer: Any, pk: Any) -> PrivacyHold:
    """One hold, for who may decide about it. NotFound outside the area; Refusal inside it without the right."""
    found = PrivacyHold.objects.filter(pk=pk, case__in=visible_cases(viewer)).select_related("case").first()
    if found is None:
        raise NotFound()
    require(viewer, RIGHT, found.case.handling_code)
    return found


def own_copy(viewer: Any, case: Case) -> dict[str, Any]:
    """个人信息副本: all that the case holds of the person, in plain words and numbers. NotFound for everybody but the applicant."""
    if not is_applicant(viewer, case):
        raise NotFound()
    if is_erased(case):
        raise Erased("erased")
    patient, files = case.patient, MaterialFile.objects.filter(case=case, removed_at=None).order_by("pk")
    return {
        "number": case.number, "programme": case.programme, "state": case.state, "submitted_at": case.submitted_at,
        "patient": patient and {
            "name": str(patient.name), "id_no": str(patient.id_no), "birth_date": str(patient.birth_date),
            "sex": patient.sex, "phone": str(patient.phone or ""),
        },
        "answers": answers(case),
        "accounts": [
            {"holder": str(one.holder), "account": str(one.account), "bank": one.bank_name, "given_at": one.given_at}
            for one in case.accounts.order_by("pk")
        ],
        "consents": [
            {"kind": one.kind, "agreed": one.agreed, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
            for one in case.consents.order_by("pk")
        ],
        "files": [{"name": str(one.original_name), "sha256": one.sha256, "at": one.at} for one in files],
        "letters": [
            {"number": one.number, "title": one.title, "body": str(one.body), "at": one.queued_at}
            for one in case.notices.order_by("pk")
        ],
    }  # fmt: skip


def due_on(case: Case, asked_on: date) -> date:
    """答复期限: until when a request of this case that was made on a day is answered, by the policy that counts for it."""
    policy = policy_of(case, asked_on)
    promised = due_date(policy, "privacy_answer", asked_on).on if policy.has("days", "privacy_answer") else None
    return answered_by(asked_on, promised)
