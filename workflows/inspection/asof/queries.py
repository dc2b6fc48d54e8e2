"""A deed opened again (当时所见): data, papers, policy, calendar, fund and findings as they stood before it, the amount worked out anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cases.access.queries import may
from cases.award.models import Award
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Event
from cases.history.record import record_access
from cases.policy.evaluations import Kept, evaluations_of
from cases.policy.models import PolicyVersion
from cases.policy.queries import policy_for
from cases.states import state
from cases.text import listed
from workflows.inspection.asof import around, told
from workflows.inspection.asof.award import Again, again
from workflows.inspection.asof.cut import Cut, Row, cut_before
from workflows.models import Recheck


@dataclass(frozen=True)
class AsOf:
    """当时所见 of one deed; `unknown` says in words what cannot be known any more."""

    cut: Cut
    state: Any
    case_row: Row
    due_on: date | None
    item: Row
    parts: list[told.Part]
    papers: list[around.Paper]
    policy: PolicyVersion | None
    evaluations: list[Kept]
    years: list[around.YearThen]
    funds: list[around.FundThen]
    findings: list[around.Finding]
    recheck: Recheck | None
    warnings: list[str]
    looks: list[around.Look]
    again: Again | None
    unknown: list[str]


def as_of(case: Case, event: Event, *, clear: Any = None) -> AsOf:
    """当时所见 before an event of this case, empty before its first one; `clear` says of a part of the form whether its values may stand open."""
    cut = cut_before(case, event)
    row = cut.row("cases_case", case.pk)
    version = PolicyVersion.objects.filter(pk=_policy_of(cut, row) or 0).first()
    parts = told.parts_then(cut, clear=clear or (lambda _part: False))
    recheck, warnings = around.warnings_then(cut)
    item = cut.row("workflows_workitem", cut.decision.item_id) if cut.decision else {}
    years, made = around.calendar_then(cut.moment), _award(cut)
    return AsOf(
        cut=cut,
        state=state(row["state"]) if row else None,
        case_row=row,
        item=item,
        due_on=parse_date(str(item.get("due_on") or "")),
        parts=parts,
        papers=around.papers_then(cut, policy_for(version.pk) if version else None),
        policy=version,
        evaluations=_evaluations(cut),
        years=years,
        funds=around.funds_then(case.programme, cut.moment),
        findings=around.findings_then(cut),
        recheck=recheck,
        warnings=warnings,
        looks=around.looks_before(cut),
        again=again(made) if made else None,
        unknown=_unknown(parts, years, recheck),
    )


def _policy_of(cut: Cut, row: Row) -> int | None:
    if cut.decision is not None and cut.decision.policy_id:
        return cut.decision.policy_id
    pinned: int | None = row.get("policy_id")
    return pinned


def _award(cut: Cut) -> Award | None:
    """The award that the deed made, else the last before it."""
    rows = Award.objects.filter(case=cut.case).select_related("case", "policy").order_by("-pk")
    by_deed = rows.filter(at=cut.decision.at).first() if cut.decision else None
    return by_deed or rows.filter(at__lt=cut.moment).first()


def _evaluations(cut: Cut) -> list[Kept]:
    """政策判定: of each kind the one that the deed made, else the last before it."""
    until = cut.decision.at if cut.decision else cut.moment
    found = {one.evaluation.kind: one for one in evaluations_of(cut.case) if one.evaluation.at <= until}
    return list(found.values())


def _unknown(parts: list[told.Part], years: list[around.YearThen], recheck: Recheck | None) -> list[str]:
    said = []
    if missing := told.unknown_of(parts):
        said.append(_("这些填报项后来改过，当时的内容没有留存，只有指纹：%(what)s。") % {"what": listed(missing)})
    for year in years:
        if not year.is_same:
            said.append(_("%(year)s 年的工作日历后来重新载入过，当时的版本没有留存。") % {"year": year.year})
    if recheck is None:
        said.append(_("这以前没有留存过复查，当时的查重数字不知道。"))
    said.append(_("屏幕上当时是怎样排列的、看了多久，系统不留存；只知道打开过什么。"))
    return said


def shown(viewer: Any, case: Case, event: Event, *, purpose: str) -> AsOf:
    """显示当时的内容 with sensitive values in clear; who looks and what for is stored before they are read.

    The payee account stays masked without the right to it.
    """
    post = may(viewer, "case.read", case.handling_code)
    if post is None:
        raise NotFound()
    sees_account = "case.history" in post.role.rights
    masked = as_of(case, event)
    fields = [
        line.key
        for part in masked.parts
        for line in part.lines
        if line.is_sensitive and (sees_account or part.key != told.ACCOUNT)
    ]
    record_access(
        "read", object=event, fields=["history", *fields], by=viewer, case_id=case.pk, purpose=purpose, role=post.role_id,
        office=post.office.name,
    )  # fmt: skip
    return as_of(case, event, clear=lambda part: sees_account or part != told.ACCOUNT)
