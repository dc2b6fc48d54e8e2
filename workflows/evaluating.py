"""What is kept of each time the road asked its policy (判定留痕, E3): which papers, which amount, which thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.award.earlier import Earlier
from cases.award.rules import Award
from cases.calendar.rules import local_day
from cases.dossier.entitled import entitled, facts_of
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.dossier.rules import circumstances
from cases.duplicates.queries import earlier_aid
from cases.errors import Invalid, Refusal
from cases.parts import PARTS
from cases.policy.conditions import applies
from cases.policy.entitlement import Judged, unmet
from cases.policy.evaluations import keep, rows_named
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.programme import programme
from cases.text import listed, named, strung

SELF_PAID = ("self_pay_floor", "expert_over")
"""The thresholds of a policy that the self-paid cost is held against."""


def papers_asked(case: Case, policy: Policy, by: Any, now: datetime) -> None:
    """材料判定: which papers the policy asks of this case, by which rows."""
    facts = circumstances(answers(case), today=local_day(now))
    rows = [row for row in policy.section("checklist") if applies(row.when, facts)]
    result = {"papers": [row.key for row in rows]}
    keep(case=case, kind="checklist", policy=policy, rows=rows, facts=facts, result=result, by=by, now=now)


def entitlement_judged(case: Case, by: Any, now: datetime) -> tuple[Judged, ...]:
    """受助条件判定, as the first check makes it too: on the day of sending, by the policy that counts for the case; kept."""
    policy, card, on = policy_of(case), programme(case.programme), local_day(case.submitted_at or now)
    given = answers(case)
    found = entitled(card, given, policy, on=on)
    if found:
        keep(
            case=case, kind="eligibility", policy=policy, rows=[one.row for one in found],
            facts=facts_of(card, given, on=on), result=outcomes(found), by=by, now=now,
        )  # fmt: skip
    return found


def must_be_entitled(case: Case, by: Any, now: datetime) -> None:
    """受理以前: raises Invalid with a sentence for each condition that is not met; what is not known yet waits."""
    if against := unmet(entitlement_judged(case, by, now)):
        english = (get_language() or "").startswith("en")
        words = strung(reason(one, english=english) for one in against)
        raise Invalid(words, fields={"outcome": words}, code="not_eligible")


def reason(one: Judged, *, english: bool) -> str:
    """不符合的一条: for which eye or ear, and what the policy wants."""
    sentence = one.sentence(english=english)
    return named(listed([str(PARTS[part]) for part in one.parts]), sentence) if one.parts else sentence


def outcomes(found: Iterable[Judged]) -> dict[str, str]:
    """What came of each condition, by its row."""
    return {one.row.name: one.outcome for one in found}


def award_made(case: Case, award: Award, facts: Mapping[str, Any], by: Any, now: datetime) -> None:
    """核算和条件留痕: the rows that made the amount, and the thresholds over which the self-paid cost lies (E3)."""
    policy = policy_of(case)
    rows, said = rows_named(policy, award.matched_rows), award.to_json()
    keep(case=case, kind="award", policy=policy, rows=rows, facts=facts, result=said, by=by, now=now)
    asked = [row for row in policy.section("eligibility") if row.key in SELF_PAID]
    over = [row for row in asked if award.self_pay > policy.threshold(row.key)]
    card, on = programme(case.programme), local_day(case.submitted_at or now)
    given = answers(case) | {"self_pay": award.self_pay}
    found = entitled(card, given, policy, on=on)
    keep(
        case=case, kind="eligibility", policy=policy, rows=[*over, *(one.row for one in found)],
        facts=facts_of(card, given, on=on) | {"self_pay": award.self_pay},
        result={row.key: row in over for row in asked} | outcomes(found), by=by, now=now,
    )  # fmt: skip


def earlier_of(case: Case) -> Earlier:
    """既往救助 of whoever this case is about, as it counts for the case now. Raises Refusal before acceptance."""
    day = case.accepted_on
    if day is None:
        raise Refusal(_("还没有受理，不能核算。"), code="not_accepted", status=409)
    return earlier_aid(
        id_key=case.patient.id_key if case.patient else case.patient_key,
        programme=case.programme,
        year=day.year,
        besides_case=case,
    )
