"""What stood around a case at that moment (当时的情况): papers, funds, calendar, findings, and what the decider had opened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from cases.calendar.models import CalendarYear
from cases.duplicates.models import Hit, HitDecision
from cases.evidence.queries import paper_words
from cases.history.models import Access, Event
from cases.money.books import yuan
from cases.money.models import Fund, LedgerAccount, LedgerTransfer
from cases.policy.rules import Policy
from workflows.desk.words import PAPERS
from workflows.inspection.acts import words_of
from workflows.inspection.asof.cut import Cut, Stood
from workflows.inspection.things import thing_words
from workflows.models import Recheck
from workflows.rechecks import standing


@dataclass(frozen=True)
class Sheet:
    """One file of a paper then: its number, kind, pages and fingerprint."""

    pk: int
    kind: str
    pages: int
    sha256: str


@dataclass(frozen=True)
class Paper:
    """One line of the checklist as it stood then, with its files in force."""

    words: str
    state: Any
    required: bool
    sheets: list[Sheet]


def papers_then(stood: Stood, policy: Policy | None) -> list[Paper]:
    """材料 then, with the state and the files that each had; files of no paper stand last."""
    sheets: dict[Any, list[Sheet]] = {}
    for row in stood.of("cases_materialfile"):
        if row["removed_at"] is None:
            sheet = Sheet(row["id"], row["kind"], row["pages"], row["sha256"])
            sheets.setdefault(row["material_id"], []).append(sheet)
    found = [
        Paper(_paper(policy, row["code"]), PAPERS[row["state"]], row["required"], sheets.get(row["id"], []))
        for row in stood.of("cases_material")
    ]
    return [*found, Paper(_("其他文件"), "", False, sheets[None])] if None in sheets else found


def _paper(policy: Policy | None, code: str) -> str:
    return paper_words(policy, code) if policy else code


@dataclass(frozen=True)
class FundThen:
    """资金余额 in yuan before a moment: received, set aside, paid, and what was free."""

    fund: Fund
    received: Decimal
    reserved: Decimal
    paid: Decimal

    @property
    def free(self) -> Decimal:
        return self.received - self.reserved - self.paid


def funds_then(programme: str, moment: datetime) -> list[FundThen]:
    """The funds of a programme as the ledger's rows up to that moment make them; those that did not exist are left out."""
    born = Event.objects.filter(object_type=Fund._meta.db_table, action="row.insert", recorded_at__lt=moment)
    keys = [int(key) for key in born.values_list("object_id", flat=True) if key]
    funds = list(Fund.objects.filter(programme=programme, pk__in=keys).order_by("code"))
    accounts = {(row.fund_id, row.kind): row.pk for row in LedgerAccount.objects.filter(fund__in=funds)}
    moved = LedgerTransfer.objects.filter(at__lt=moment)
    sums = {
        (side, row[side], row["kind"]): row["fen"]
        for side in ("debit", "credit")
        for row in moved.filter(**{f"{side}__in": accounts.values()})
        .values(side, "kind")
        .annotate(fen=Sum("amount_fen"))
    }
    return [_fund(fund, accounts[fund.pk, "fund"], accounts.get((fund.pk, "bank")), sums) for fund in funds]


def _fund(fund: Fund, own: int, bank: int | None, sums: dict[tuple[str, int | None, str], int]) -> FundThen:
    def fen(side: str, account: int | None, *kinds: str) -> int:
        return sum(sums.get((side, account, kind), 0) for kind in kinds)

    returned = fen("debit", bank, "single", "post")
    reserved = fen("debit", own, "pending") - fen("debit", own, "post", "void")
    paid = fen("debit", own, "single", "post") - returned
    return FundThen(fund, yuan(fen("credit", own, "single", "post") - returned), yuan(reserved), yuan(paid))


@dataclass(frozen=True)
class YearThen:
    """One year of the working calendar then. `is_same` is False where its notice was loaded anew since: the edition of then is gone."""

    year: int
    source: str
    is_same: bool


def calendar_then(moment: datetime) -> list[YearThen]:
    """工作日历 then: the years that were loaded."""
    loads = Event.objects.filter(
        stream__kind="config", stream__key="calendar", action="calendar.loaded", recorded_at__lt=moment
    )
    before = {json.loads(text).get("year") for text in loads.values_list("payload", flat=True)}
    return [
        YearThen(row.year, row.source, row.loaded_at < moment)
        for row in CalendarYear.objects.all()
        if row.loaded_at < moment or row.year in before
    ]


@dataclass(frozen=True)
class Finding:
    """查重命中 that stood open or decided then."""

    kind: Any
    score: int
    is_severe: bool
    verdict: Any


def findings_then(cut: Cut) -> list[Finding]:
    """查重命中 that the case had then, each with the last verdict of then on the same data."""
    verdicts: dict[tuple[int, str], str] = {}
    for row in cut.of("cases_hitdecision"):
        verdicts[row["hit_id"], row["fingerprint"]] = row["verdict"]
    kinds, said = dict(Hit.KINDS), dict(HitDecision.VERDICTS)
    return [
        Finding(
            kinds.get(row["kind"], row["kind"]),
            row["score"],
            row["severity"] == "severe",
            said.get(verdicts.get((row["id"], row["fingerprint"]), ""), _("还没有处理")),
        )
        for row in cut.of("cases_hit")
        if row["gone_at"] is None
    ]


def warnings_then(cut: Cut) -> tuple[Recheck | None, list[str]]:
    """复查 that the decider was shown, else the last one before; in words."""
    rows = Recheck.objects.filter(case=cut.case, at__lt=cut.moment).order_by("-pk")
    mine = rows.filter(by=cut.decision.actor_id, moment="shown").first() if cut.decision else None
    found = mine or rows.first()
    return found, standing(found.found) if found else []


@dataclass(frozen=True)
class Look:
    """打开过的 before the deed: when, what, which fields."""

    at: datetime
    words: str
    thing: str
    object: str
    fields: list[str]


def looks_before(cut: Cut) -> list[Look]:
    """What whoever did it had looked at in this case before, newest first; at most a hundred."""
    if cut.event.actor is None:
        return []
    rows = Access.objects.filter(case_id=cut.case.pk, actor=cut.event.actor, recorded_at__lt=cut.moment)
    return [
        Look(
            row.recorded_at,
            words_of(row.action),
            thing_words(row.object_type),
            row.object_id,
            json.loads(row.fields).get("fields", []),
        )
        for row in rows.order_by("-recorded_at", "-pk")[:100]
    ]
