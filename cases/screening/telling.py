"""What a screening tells (转出的内容): to the draft of a case by the keys of its questions, and to the person on a slip."""

from __future__ import annotations

from typing import Any

from cases.screening.models import Registration, Result
from cases.screening.outcomes import EYES
from cases.screening.working import wanted_side

PART = {EYES: "eye"}


def said_of(registration: Registration, *, by_agent: bool) -> dict[str, Any]:
    """What the person said when he was registered."""
    said = {
        "patient_name": str(registration.name),
        "patient_id_no": str(registration.id_no),
        "patient_phone": str(registration.phone or ""),
        "hukou_in_ningxia": True,
        "hukou_division": registration.division_code,
    }
    return said | {"applicant_kind": "agent"} if by_agent else said


def known_of(registration: Registration, result: Result, kind: str) -> dict[str, Any]:
    """What was found: raw as measured, which side first, and from which screening."""
    worked, part = result.worked, PART.get(kind, "ear")
    side = wanted_side(worked["sides"], worked["read"], worked["averages"])
    known = {
        "screened_on": result.examined_on.isoformat(),
        "screening_no": registration.number,
        f"wanted_{part}": f"{side}_{part}" if side else "",
    }
    for each in ("right", "left"):
        if kind == EYES:
            known[f"eye_{each}_va"] = worked["read"][f"{each}_bare"]["raw"]
        else:
            known[f"ear_{each}_pta"] = worked["averages"][each]
    return known
