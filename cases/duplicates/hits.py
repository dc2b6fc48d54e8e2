"""Hits of a case (查重命中) for those who decide: what stands, how it was decided, and what keeps a case from panel and payment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.access.queries import may, visible_cases, who_may
from cases.dossier.models import Case
from cases.duplicates.match import words
from cases.duplicates.models import AgencyList, AgencyMatch, Hit, HitDecision
from cases.duplicates.search import Finding, findings_of
from cases.duplicates.shipped import SEVERE

RIGHT = "hit.decide"
CLEARS = ("different", "same")
"""Verdicts after which a hit holds nothing up any more."""
MUTUAL = ("person", "similar")
"""Kinds that ask one question of both sides: are these two one person. A decision on one side counts on the other."""
GROUPS = {"account": _("同一收款账户用于 %(n)s 人以上"), "phone": _("同一手机号用于 %(n)s 件案卷")}


@dataclass(frozen=True)
class Shown:
    """一处命中 on the page: what it is, whose it is where the viewer may know, and how it was decided.

    `number` and `who` are empty outside the viewer's area: then `ask` names the office that knows more.
    """

    finding: Finding
    title: Any
    reasons: list[Any]
    number: str
    who: str
    ask: str
    listed: AgencyMatch | None
    is_new: bool
    first_seen: Any
    decisions: list[HitDecision]
    stands: HitDecision | None

    @property
    def is_severe(self) -> bool:
        """Whether it holds the case up until it is decided."""
        return self.finding.severity == SEVERE

    @property
    def holds(self) -> bool:
        """Whether it still does."""
        return self.is_severe and (self.stands is None or self.stands.verdict not in CLEARS)

    @property
    def reopened(self) -> bool:
        """数据有变化: it was decided, and what was compared is no longer the same."""
        return bool(self.decisions) and self.stands is None


def hits_of(viewer: Any, case: Case) -> list[Shown]:
    """查重命中 of a case that the viewer may see, found afresh, with what was decided; of others only what he may know."""
    found = findings_of([case])[case.pk]
    kept = {(row.kind, row.subject): row for row in _kept([case.pk])}
    across = {(row.kind, f"case:{row.case_id}"): row for row in _across([case.pk])}
    pks = {row.other for row in found if row.other}
    cases = {row.pk: row for row in Case.objects.filter(pk__in=pks)}
    seen = set(visible_cases(viewer).filter(pk__in=pks).values_list("pk", flat=True))
    matches = AgencyMatch.objects.select_related("run").in_bulk([row.listed for row in found if row.listed])
    return [
        _shown(
            row,
            [kept.get((row.kind, row.subject)), across.get((row.kind, row.subject))],
            cases.get(row.other or 0),
            row.other in seen,
            matches,
        )
        for row in found
    ]


def _shown(row: Finding, hits: Sequence[Hit | None], other: Case | None, is_seen: bool, matches: Any) -> Shown:
    kept = hits[0]
    every = sorted((one for hit in hits if hit for one in hit.decisions.all()), key=lambda one: one.pk)
    decisions = [one for one in every if is_seen or (kept is not None and one.hit_id == kept.pk)]
    group = GROUPS.get(row.kind)
    return Shown(
        row,
        dict(Hit.KINDS)[row.kind],
        [group % {"n": row.score}] if group else words(row.reasons),
        number=str(other.number) if other is not None and is_seen else "",
        who=other.masked_name if other is not None and is_seen else "",
        ask=_office(other) if other is not None and not is_seen else "",
        listed=matches.get(row.listed),
        is_new=kept is None,
        first_seen=kept.first_seen if kept else None,
        decisions=decisions,
        stands=_stands(every, row),
    )


def _stands(decisions: Sequence[HitDecision], row: Finding) -> HitDecision | None:
    """The last decision, as long as what was compared is the same."""
    last = decisions[-1] if decisions else None
    return last if last is not None and last.fingerprint == row.fingerprint else None


def _office(other: Case) -> str:
    """Whom to ask of a case in another county: its office, never the file."""
    office = Office.objects.filter(division_code=other.handling_code[:6], kind="redcross").first()
    return str(office) if office is not None else str(_("省级办公室"))


def _kept(pks: Collection[int]) -> Any:
    return Hit.objects.filter(case__in=pks).prefetch_related("decisions__by", "decisions__office").order_by("pk")


def _across(pks: Collection[int]) -> Any:
    """The same pairs as they stand in the other side's case."""
    rows = Hit.objects.filter(other__in=pks, kind__in=MUTUAL)
    return rows.prefetch_related("decisions__by", "decisions__office").order_by("pk")


def undecided_of(cases: Sequence[Case]) -> dict[int, list[Finding]]:
    """须先处理的命中 of these cases, found afresh: severe, and not cleared for the data as they are."""
    return _undecided(findings_of(cases))


def counts_of(cases: Sequence[Case]) -> dict[int, dict[str, int]]:
    """How many hits each of these cases has now, and how many of them hold it up."""
    found = findings_of(cases)
    held = _undecided(found)
    unmet = unmet_of(cases)
    return {
        case: {"hits": len(rows), "severe": len(held[case]), "unmet": len(unmet[case])} for case, rows in found.items()
    }


def unmet_of(cases: Sequence[Case]) -> dict[int, list[AgencyList]]:
    """提交后没有比对过的名单: of each agency its newest list, when it was compared before the case was sent in; a list is
    not kept, so such a case meets that agency's next one alone.
    """
    last = {(run.kind, run.agency): run for run in AgencyList.objects.order_by("list_date", "pk")}
    runs = sorted(last.values(), key=lambda run: run.pk)
    return {
        case.pk: [run for run in runs if case.submitted_at is not None and run.at < case.submitted_at] for case in cases
    }


def _undecided(found: Mapping[int, list[Finding]]) -> dict[int, list[Finding]]:
    cleared: dict[tuple[int, str, str], HitDecision] = {}
    severe = [case for case, rows in found.items() if any(row.severity == SEVERE for row in rows)]
    asked = Q(hit__case__in=severe) | Q(hit__other__in=severe, hit__kind__in=MUTUAL)
    rows = HitDecision.objects.filter(asked).select_related("hit").order_by("pk") if severe else ()
    for decision in rows:
        hit = decision.hit
        cleared[(hit.case_id, hit.kind, hit.subject)] = decision
        if hit.kind in MUTUAL and hit.other_id is not None:
            cleared[(hit.other_id, hit.kind, f"case:{hit.case_id}")] = decision
    return {
        case: [
            row
            for row in rows
            if row.severity == SEVERE and not _clears(cleared.get((case, row.kind, row.subject)), row)
        ]
        for case, rows in found.items()
    }


def _clears(decision: HitDecision | None, row: Finding) -> bool:
    return decision is not None and decision.fingerprint == row.fingerprint and decision.verdict in CLEARS


def may_decide(viewer: Any, case: Case) -> bool:
    """Whether this viewer's post may decide hits of this case."""
    return may(viewer, RIGHT, case.handling_code) is not None


def who_decides(case: Case) -> str:
    """谁可以处理: the office and post that may decide the hits of this case."""
    return who_may(RIGHT, case.handling_code)


def chosen(rows: Sequence[Shown], subject: str) -> Shown | None:
    """The hit that the page's form is about: the one asked for, else the first that holds the case up."""
    return next((row for row in rows if row.finding.subject == subject), None) or next(
        (row for row in rows if row.holds), None
    )
