"""What is kept of each time the road asked its policy (判定留痕, E3): which papers, which amount, which thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.award.rules import Award
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.dossier.rules import circumstances
from cases.policy.conditions import applies
from cases.policy.evaluations import keep, rows_named
from cases.policy.queries import policy_of
from cases.policy.rules import Policy

SELF_PAID = ("self_pay_floor", "expert_over")
"""The thresholds of a policy that the self-paid cost is held against."""


def papers_asked(case: Case, policy: Policy, by: Any, now: datetime) -> None:
    """材料判定: which papers the policy asks of this case, by which rows."""
    facts = circumstances(answers(case), today=local_day(now))
    rows = [row for row in policy.section("checklist") if applies(row.when, facts)]
    result = {"papers": [row.key for row in rows]}
    keep(case=case, kind="checklist", policy=policy, rows=rows, facts=facts, result=result, by=by, now=now)


def award_made(case: Case, award: Award, facts: Mapping[str, Any], by: Any, now: datetime) -> None:
    """核算和条件留痕: the rows that made the amount, and the thresholds over which the self-paid cost lies (E3)."""
    policy = policy_of(case)
    rows, said = rows_named(policy, award.matched_rows), award.to_json()
    keep(case=case, kind="award", policy=policy, rows=rows, facts=facts, result=said, by=by, now=now)
    asked = [row for row in policy.section("eligibility") if row.key in SELF_PAID]
    over = [row for row in asked if award.self_pay > policy.threshold(row.key)]
    keep(
        case=case, kind="eligibility", policy=policy, rows=over, facts={"self_pay": award.self_pay},
        result={row.key: row in over for row in asked}, by=by, now=now,
    )  # fmt: skip
