"""The tab 材料: each line of the checklist with its picture beside it, and what the applicant was told to supply."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from cases.access.models import Post
from cases.dossier.models import Case
from cases.evidence.models import Material, MaterialFile, Supplement, SupplementItem
from cases.evidence.queries import REDACTED, paper_words, redacted_files
from cases.evidence.rules import reasons_for
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from workflows.desk.casefile.queries import File
from workflows.desk.forms import in_my_language, name_of_row
from workflows.desk.trail import FIELD

KEYS = 9
"""So many papers and outcomes have a number key."""


@dataclass(frozen=True)
class Paper:
    """One line of the checklist with its files; `reasons` are what may be wrong with it, `key` its number key."""

    material: Material
    name: str
    plain: str
    reason: str
    is_open: bool
    files: list[MaterialFile] = field(default_factory=list)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    key: int = 0

    @property
    def is_judged_here(self) -> bool:
        """Whether its mark may be set on this page: with its pictures in sight, or when nothing came in."""
        return self.is_open or not self.files


def materials(found: File) -> dict[str, Any]:
    """材料: every line of the checklist with its files, oldest first; removed files are left out."""
    policy = policy_of(found.case)
    files: dict[int | None, list[MaterialFile]] = {}
    for file in MaterialFile.objects.filter(case=found.case, removed_at=None).exclude(kind=REDACTED).order_by("id"):
        files.setdefault(file.material_id, []).append(file)
    papers = [
        _paper(found, policy, row, files.get(row.pk, []), place)
        for place, row in enumerate(found.case.materials.order_by("code"), 1)
    ]
    copies = list(redacted_files(found.case))
    told = _told(found, policy)
    return {"papers": papers, "other_files": files.get(None, []), "copies": copies, "supplements": told}


def _paper(found: File, policy: Policy, row: Material, files: list[MaterialFile], place: int) -> Paper:
    document = policy.document(row.code) if policy.has("checklist", row.code) else None
    reasons = [(one.key, name_of_row(one)) for one in reasons_for(policy, row.code)] if found.checks_papers else []
    return Paper(
        row,
        paper_words(policy, row.code),
        in_my_language(document.plain_zh, document.plain_en) if document else "",
        reason_words(policy, row.reason) if row.state == "rejected" else "",
        found.opened == row.code,
        files,
        reasons,
        place if found.checks_papers and place <= KEYS else 0,
    )


def papers_for(case: Case, post: Post | None) -> list[dict[str, Any]]:
    """材料 as other programs get them: code, whether it must be there, its state, and its files; for who reads whole files."""
    if post is None or "case.read" not in post.role.rights:
        return []
    files: dict[int | None, list[str]] = {}
    for file in MaterialFile.objects.filter(case=case, removed_at=None, material__isnull=False).order_by("pk"):
        files.setdefault(file.material_id, []).append(reverse("evidence:file", args=[file.token]))
    rows = Material.objects.filter(case=case).order_by("code")
    return [
        {"code": row.code, "required": row.required, "state": row.state, "files": files.get(row.pk, [])} for row in rows
    ]


def reason_words(policy: Policy, code: str) -> str:
    """A supplement reason in the reader's language."""
    return name_of_row(policy.row("supplement_reasons", code)) if policy.has("supplement_reasons", code) else code


def paper_address(found: File, code: str) -> str:
    """The tab with the pictures of this paper on it, and of no other: what stands on a page is delivered and recorded."""
    query = {"paper": code, **({FIELD: found.trail.words} if found.trail.queue else {})}
    return f"{reverse('case:tab', args=[found.case.number, 'materials'])}?{urlencode(query)}#paper-{code}"


def following(found: File, code: str) -> str:
    """The paper to look at after this one: the next that came in and was not marked yet, "" when there is none."""
    waiting = [row.code for row in found.case.materials.filter(state="given").order_by("code")]
    return next((one for one in waiting if one > code), next(iter(waiting), ""))


def _told(found: File, policy: Policy) -> list[tuple[Supplement, list[tuple[str, str, bool]]]]:
    """一次补正告知 as the desk reads it: each notice with what was asked for, why, and whether it came."""
    labels = {question.key: str(question.label) for question in found.programme.questions()}

    def words(item: SupplementItem) -> tuple[str, str, bool]:
        name = paper_words(policy, item.key) if item.kind == "material" else labels.get(item.key, item.key)
        return name, reason_words(policy, item.reason), item.done_at is not None

    notices = Supplement.objects.filter(case=found.case).prefetch_related("items").order_by("number")
    return [(notice, [words(item) for item in notice.items.all()]) for notice in notices]
