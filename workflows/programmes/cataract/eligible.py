"""能不能申请 (F4): the anonymous check before anything is filled in, by the rules that acceptance uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy

REGION = "64"


def eligible(answers: Mapping[str, Any], policy: Policy) -> tuple[Any, ...]:
    """Why somebody cannot apply, as sentences; nothing means that he may: the place, and the age where it was said."""
    reasons: list[Any] = []
    if not str(answers.get("place") or "").startswith(REGION):
        reasons.append(_("这项救助面向宁夏户口的老人。"))
    age = answers.get("age")
    if age is not None and int(age) < policy.count("age_from"):
        reasons.append(_("还没有到这项救助的年龄。"))
    return tuple(reasons)
