"""受助条件的事实 of rare-disease relief: the illness as the national catalogue codes it, and where insurance counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.dossier.entitled import places

INSURED_HERE = ("INS_RES", "INS_EMP")


def facts(answers: Mapping[str, Any], on: date) -> dict[str, Any]:
    """居住证 counts together with insurance in Ningxia; an illness that the catalogue does not have is no code.

    How late a claim is counts in whole months after the year of its costs: 3 is as late as 31 March.
    """
    insurance, last = answers.get("insurance_type"), answers.get("cost_to")
    return {
        "place": places(answers, elsewhere=insurance in INSURED_HERE if insurance else None),
        "disease": answers.get("disease_code"),
        "self_pay": answers.get("self_pay"),
        "months_late": (on.year - int(str(last)[:4]) - 1) * 12 + on.month if last else None,
    }
