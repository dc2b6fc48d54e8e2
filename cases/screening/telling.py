"""What a screening tells (转出的内容): to the draft of a case by the keys of its questions, and to the person on a slip."""

from __future__ import annotations

from typing import Any

from cases.screening.models import Registration, Result
from cases.screening.outcomes import EYES, SIDES
from cases.screening.working import wanted_side

PART = {EYES: "eye"}


def said_of(registration: Registration, result: Result, kind: str, *, by_agent: bool) -> dict[str, Any]:
    """What the person said when he was registered, and which side is proposed to come first; he may change all of it."""
    worked, part = result.worked, PART.get(kind, "ear")
    side = wanted_side(worked["sides"], worked["read"], worked["averages"])
    said = {
        "patient_name": str(registration.name),
        "patient_id_no": str(registration.id_no),
        "patient_phone": str(registration.phone or ""),
        "hukou_in_ningxia": True,
        "hukou_division": registration.division_code,
        f"wanted_{part}": f"{side}_{part}" if side else "",
    }
    return said | {"applicant_kind": "agent"} if by_agent else said


def known_of(registration: Registration, result: Result, kind: str) -> dict[str, Any]:
    """What was found, raw as measured, and from which screening: it stands."""
    worked = result.worked
    known = {"screened_on": result.examined_on.isoformat(), "screening_no": registration.number}
    for each in SIDES:
        if kind == EYES:
            known[f"eye_{each}_va"] = worked["read"][f"{each}_bare"]["raw"]
        else:
            known[f"ear_{each}_pta"] = worked["averages"][each]
    return known
