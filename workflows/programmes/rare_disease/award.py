"""The grant of a rare-disease case: what the answers, the policy and earlier aid come to (pure; domain.md 4.1, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cases.award.earlier import Earlier
from cases.award.facts import ZERO, Facts
from cases.award.limits import had
from cases.award.rules import Award
from cases.award.rules import award as calculate
from cases.people.rules import check_id, is_minor
from cases.policy.rules import Policy

DEDUCTIONS = {
    "basic_insurance": "insurance_paid",
    "critical_illness": "critical_illness_paid",
    "medical_assistance": "medical_assistance_paid",
    "commercial": "commercial_paid",
    "other_charity": "other_charity_paid",
}
"""先保险、后救助、再慈善: which answer stands for which deduction."""


def award(answers: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
    """救助金额: from the answers in force. Raises FactsFault when the amounts cannot be right."""
    return calculate(policy, facts(answers, earlier))


def facts(answers: Mapping[str, Any], earlier: Earlier) -> Facts:
    """核算依据 of one claim, in yuan; what nobody knows counts as nothing paid.

    With invoices their total counts instead of the stated one, and given drugs do not count. Of what the insurance paid
    the larger counts, stated or on the invoices, until a reviewer has set it right.
    """
    invoices: Mapping[str, Any] = answers.get("invoices") or {}
    deductions = {name: amount(answers.get(key)) for name, key in DEDUCTIONS.items()}
    settled = amount(invoices.get("reimbursed")) - deductions["critical_illness"] - deductions["medical_assistance"]
    deductions["basic_insurance"] = max(deductions["basic_insurance"], settled)
    category = str(answers.get("hardship_category") or "")
    return replace(
        had(earlier),
        total=amount(invoices.get("total", answers.get("total_cost"))),
        excluded=amount(invoices.get("donated")),
        deductions=deductions,
        categories=(category,) if category not in ("", "H99") else (),
        insured=answers.get("insurance_type") != "INS_NONE",
        minor=_minor_at(answers),
        other={"disease": str(answers.get("disease_code") or "")},
    )


def amount(value: Any) -> Decimal:
    """A stored amount as Decimal; a missing or unknown one is zero."""
    return ZERO if value in (None, "", "?") else Decimal(str(value))


def _minor_at(answers: Mapping[str, Any]) -> bool:
    day = str(answers.get("cost_to") or "")
    if not day or not answers.get("patient_id_no"):
        return False
    end = date.fromisoformat(day)
    born = check_id(str(answers["patient_id_no"]), today=end).birth_date
    return born is not None and is_minor(born, end)
