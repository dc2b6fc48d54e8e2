"""What a draft must have from this room before it is sent, and what becomes of its papers; imported when the app starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.gates import at_discard, before_submit, when_settled
from cases.dossier.lacks import Lack
from cases.dossier.models import Case
from cases.evidence import vault
from cases.evidence.invoices import count_stated, forget_stated, stated_of
from cases.evidence.models import Material, MaterialFile
from cases.evidence.queries import papers
from cases.evidence.rules import checklist
from cases.history.record import current
from cases.policy.queries import policy_of

SECTION = "materials"


@before_submit
def papers_are_given(case: Case, facts: Mapping[str, Any], now: datetime) -> list[Lack]:
    """Each required paper of the checklist has at least one photo or PDF."""
    return [
        Lack(SECTION, paper.code, format_lazy(_("还没有交：{name}"), name=paper.name))
        for paper in papers(case, today=local_day(now))
        if paper.required and not paper.is_given
    ]


@when_settled
def write_checklist(case: Case, facts: Mapping[str, Any], *, by: Any, now: datetime) -> None:
    """材料清单: one row for each paper of the checklist, so that the office sees what was not given too.

    A paper that the office found in order stays so; one that is not asked any more is not required.
    """
    rows = {row.code: row for row in Material.objects.filter(case=case)}
    listed = papers(case, today=local_day(now))
    for paper in listed:
        row = rows.get(paper.code) or Material(case=case, code=paper.code)
        if row.state != "accepted":
            row.state = "given" if paper.is_given else "missing"
        row.required = paper.required
        row.save()
    asked = {document.code for document in checklist(policy_of(case), facts, today=local_day(now))}
    Material.objects.filter(case=case, required=True).exclude(code__in=asked).update(required=False)


@when_settled
def stated_invoices_count(case: Case, facts: Mapping[str, Any], *, by: Any, now: datetime) -> None:
    """What the applicant stated counts from the moment of sending."""
    count_stated(case, now=now)


@at_discard
def drop_stated_invoices(case: Case, *, by: Any, now: datetime) -> None:
    """The invoices of a draft that is thrown away are forgotten with it."""
    forget_stated(stated_of(case))


@at_discard
def drop_papers(case: Case, *, by: Any, now: datetime) -> None:
    """The papers of a draft that is thrown away go with it."""
    act = current()
    for file in MaterialFile.objects.filter(case=case, removed_at=None):
        file.removed_at = now
        file.save(update_fields=["removed_at"])
        if act is not None:
            act.after.append(partial(vault.drop, file.path))
    Material.objects.filter(case=case).update(state="missing")
