"""能不能申请 (F4): the anonymous check before anything is filled in, by the rules the review uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy
from workflows.programmes.rare_disease.diseases import find

REGION = "64"


def eligible(answers: Mapping[str, Any], policy: Policy) -> tuple[Any, ...]:
    """Why somebody cannot apply, as sentences; nothing means that he may.

    Takes the words for the illness (`illness`), the county of the household register (`place`, "" outside Ningxia) and,
    where already known, the self-paid cost (`self_pay`) against the floor of the policy.
    """
    reasons: list[Any] = []
    if not find(str(answers.get("illness") or "")):
        reasons.append(_("这个病名不在国家《罕见病目录》里。请照诊断证明上的病名再找一次。"))
    if not str(answers.get("place") or "").startswith(REGION):
        reasons.append(_("这项救助面向宁夏户口，或者有宁夏居住证并在宁夏参保的人。"))
    paid = answers.get("self_pay")
    if paid is not None and policy.has("eligibility", "self_pay_floor") and paid <= policy.threshold("self_pay_floor"):
        reasons.append(_("自己花的钱还没有超过起付线，现在申请得不到救助。"))
    return tuple(reasons)
