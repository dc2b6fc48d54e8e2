"""受助条件的事实: what the answers of a case say of the facts that conditions ask about, and how these are judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.dossier.rules import birth_date
from cases.people.rules import age
from cases.policy.entitlement import Judged, judge
from cases.policy.rules import Policy
from cases.programme import Programme

AGE = "age"
"""周岁 as somebody says it before there is an ID number (能不能申请)."""


def entitled(card: Programme, answers: Mapping[str, Any], policy: Policy, *, on: date) -> tuple[Judged, ...]:
    """判断受助条件: the first check, the submission and the review all come through here."""
    return judge(policy, facts_of(card, answers, on=on))


def facts_of(card: Programme, answers: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """What is known on the day of sending; a fact that nobody stated yet is None."""
    born = birth_date(answers, today=on)
    insurance = answers.get("insurance_type")
    common = {
        "age": age(born, on) if born is not None else answers.get(AGE),
        "place": places(answers),
        "category": answers.get("hardship_category"),
        "insured": insurance != "INS_NONE" if insurance else None,
        "doctor_says_needed": answers.get("doctor_says_needed") is True,
    }
    return common | dict(card.facts(answers, on) if card.facts else {})


def places(answers: Mapping[str, Any], *, elsewhere: bool | None = False) -> list[str] | None:
    """受理的根据: the household register; for whoever has none here the residence, where that counts (`elsewhere`).

    None while it is not known; nothing in the list when neither counts.
    """
    if answers.get("hukou_in_ningxia") is not False:
        return [str(answers["hukou_division"])] if answers.get("hukou_division") else None
    home = answers.get("residence_division") if answers.get("residence_permit_no") else ""
    if not home or elsewhere is False:
        return []
    return [str(home)] if elsewhere else None
