"""能不能申请 (F4): the anonymous check before anything is filled in, by the rules the review uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy

REGION = "64"


def eligible(answers: Mapping[str, Any], policy: Policy) -> tuple[Any, ...]:
    """Why somebody cannot apply, as sentences; nothing means that he may.

    Takes the county of the household register (`place`, "" outside Ningxia) and, where given, the age in years (`age`).
    """
    reasons: list[Any] = []
    if not str(answers.get("place") or "").startswith(REGION):
        reasons.append(_("这项救助面向宁夏户口，或者有宁夏居住证的人。"))
    age = answers.get("age")
    if age is not None and policy.has("eligibility", "age_from") and int(age) < policy.count("age_from"):
        reasons.append(format_lazy(_("这项救助面向 {age} 周岁以上的老人。"), age=policy.count("age_from")))
    return tuple(reasons)
