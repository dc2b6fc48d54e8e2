"""The papers of a case for its applicant, and a stored file for whoever may see its case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language

from cases.access.queries import posts_of, veiled_cases, visible_cases
from cases.access.rules import covers
from cases.calendar.rules import Due, local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers, my_cases
from cases.errors import NotFound
from cases.evidence.models import Material, MaterialFile, Supplement
from cases.evidence.rules import checklist, rounds_allowed, sketch
from cases.policy.queries import due_date, policy_of
from cases.policy.rules import Document, Policy

BANK_PAPER, REDACTED = "D09", "redacted"


@dataclass
class Paper:
    """材料一项 as the applicant sees it: what it is called, plain words, its state and files."""

    code: str
    name: str
    plain: str
    required: bool
    state: str = "missing"
    files: list[MaterialFile] = field(default_factory=list)

    @property
    def is_given(self) -> bool:
        return bool(self.files)

    @property
    def sketch(self) -> str:
        """示例图 of this kind of paper."""
        return sketch(self.code)


def papers(case: Case, *, today: date) -> list[Paper]:
    """材料清单 of a case with what was given; papers given although no longer asked for come last."""
    policy = policy_of(case, today)
    rows = {row.code: row for row in Material.objects.filter(case=case)}
    files: dict[int, list[MaterialFile]] = {}
    for file in MaterialFile.objects.filter(case=case, removed_at=None).exclude(material=None).order_by("pk"):
        files.setdefault(file.material_id or 0, []).append(file)
    documents = checklist(policy, answers(case), today=today)
    asked = {document.code for document in documents}
    documents += [policy.document(code) for code in rows if code not in asked and policy.has("checklist", code)]
    out = []
    for document in documents:
        row = rows.get(document.code)
        given = files.get(row.pk, []) if row else []
        if document.code in asked or given:
            out.append(
                Paper(
                    document.code,
                    name_of(document),
                    plain_of(document),
                    document.required,
                    row.state if row else "missing",
                    given,
                )  # fmt: skip
            )
    return out


def paper(case: Case, code: str, *, today: date) -> Paper:
    """One line of the checklist; NotFound when this case has no such paper."""
    found = next((one for one in papers(case, today=today) if one.code == code), None)
    if found is None:
        policy = policy_of(case, today)
        if open_supplement(case) is None or not policy.has("checklist", code):
            raise NotFound()
        document = policy.document(code)
        return Paper(code, name_of(document), plain_of(document), document.required)
    return found


def name_of(document: Document) -> str:
    """The paper's name in the reader's language."""
    return document.name_zh if _zh() else document.name_en


def plain_of(document: Document) -> str:
    """What to photograph, in the reader's language."""
    return (document.plain_zh or document.name_zh) if _zh() else (document.plain_en or document.name_en)


def _zh() -> bool:
    return (get_language() or "zh").startswith("zh")


def open_supplement(case: Case) -> Supplement | None:
    """The supplement notice that waits for the applicant, if any."""
    return Supplement.objects.filter(case=case, answered_at=None).first() if case.state == "SUPPLEMENT" else None


def may_extend(case: Case) -> bool:
    """延长一次: whether the applicant has not yet used the one extension of this case."""
    return not Supplement.objects.filter(case=case).exclude(extended_at=None).exists()


def supplements(case: Case) -> list[Supplement]:
    """All supplement notices of a case with their items, oldest first."""
    return list(Supplement.objects.filter(case=case).prefetch_related("items").order_by("number"))


def tell_by(case: Case, policy: Policy) -> Due | None:
    """一次告知的最晚日: all that is missing is told once within these days of receipt; None once it was told."""
    if case.submitted_at is None or Supplement.objects.filter(case=case).exists():
        return None
    return due_date(policy, "tell_once", local_day(case.submitted_at))


def file_for(viewer: Any, token: UUID) -> MaterialFile:
    """A stored file for whoever may see its case: its people, and offices in their area; NotFound for all others.

    A village worker does not see bank papers once the case is sent; money roles see bank papers alone, panel members
    the other papers of the cases that they may read; an expert the redacted copies alone. Only posts that cover the place
    count.
    """
    file = MaterialFile.objects.select_related("case", "material").filter(token=token, removed_at=None).first()
    if file is None:
        raise NotFound()
    case = file.case
    if my_cases(viewer).filter(pk=case.pk).exists():
        if _is_bank(file) and case.state != "DRAFT" and case.agent_id == viewer.pk:
            raise NotFound()
        return file
    if file.kind == REDACTED and veiled_cases(viewer).filter(pk=case.pk).exists():
        return file
    if not visible_cases(viewer).filter(pk=case.pk).exists():
        raise NotFound()
    here = [post for post in posts_of(viewer) if covers(post.office.division_code, case.handling_code)]
    rights = {right for post in here for right in post.role.rights}
    special = "case.read.money" if _is_bank(file) else "case.read.panel"
    if not rights & {"case.read", special}:
        raise NotFound()
    return file


def redacted_files(case: Case) -> QuerySet[MaterialFile]:
    """遮盖件 of a case: copies in which the province has covered who the patient is, oldest first."""
    return MaterialFile.objects.filter(case=case, kind=REDACTED, removed_at=None).order_by("pk")


def file_of(case: Case, token: UUID) -> MaterialFile | None:
    """A file of this case that was not taken away."""
    return MaterialFile.objects.filter(case=case, token=token, removed_at=None).first()


def _is_bank(file: MaterialFile) -> bool:
    return file.material is not None and file.material.code == BANK_PAPER


def told_often(case: Case) -> int:
    """How often the applicant was told what is missing; 0 while he may still be told (`rounds_allowed`)."""
    told = Supplement.objects.filter(case=case).count()
    return told if told >= rounds_allowed(policy_of(case)) else 0


def unfit_papers(case: Case) -> list[str]:
    """Required papers that are missing or marked 不合格, by code and name; with one of them a case is not accepted."""
    policy = policy_of(case)
    rows = Material.objects.filter(case=case, required=True, state__in=["missing", "rejected"]).order_by("code")
    return [paper_words(policy, row.code) for row in rows]


def paper_words(policy: Policy, code: str) -> str:
    """A paper as staff call it: code and name in the reader's language."""
    return f"{code} {name_of(policy.document(code))}" if policy.has("checklist", code) else code
