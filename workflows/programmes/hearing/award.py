"""The grant of a hearing case: devices in kind at their policy value, no cash (pure; domain.md 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cases.award.earlier import Earlier
from cases.award.facts import Facts
from cases.award.limits import had
from cases.award.rules import Award
from cases.award.rules import award as calculate
from cases.policy.rules import Policy

DEVICES = {"right_ear": "1", "left_ear": "1", "both": "2"}
"""How many devices the test calls for, before any is reserved."""


def award(answers: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
    """实物价值: one or two devices, as reserved or, before that, as the test calls for; none outside the bounds of hearing."""
    return calculate(policy, facts(answers, earlier))


def facts(answers: Mapping[str, Any], earlier: Earlier) -> Facts:
    """核算依据: the number of devices is the stage that the rows of the policy ask about."""
    count = str(answers.get("devices") or DEVICES.get(str(answers.get("fitted_ears") or ""), "0"))
    category = str(answers.get("hardship_category") or "")
    return replace(
        had(earlier),
        stage=count,
        categories=(category,) if category not in ("", "H99") else (),
        insured=answers.get("insurance_type") != "INS_NONE",
        fund_left=None,
    )
