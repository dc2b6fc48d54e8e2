"""What stands against a claim line, and what the calculator leaves of it: the same for who files and who checks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q

from cases.award.earlier import NONE
from cases.award.facts import FactsFault
from cases.dossier.queries import answers
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.providers.models import ClaimLine, Permit, Surgery
from cases.providers.rules import Costs, faults_of

LENS = "LENS"
"""The code under which a price list has the lens."""
AMOUNTS = ("total", "basic_insurance", "critical_illness", "medical_assistance", "discount", "premium")


def claimed(line: ClaimLine) -> dict[str, str]:
    """申报金额 as the calculator of the programme reads them."""
    return {"part": line.permit.part, **{name: str(getattr(line, name)) for name in AMOUNTS}}


def awarded(line: ClaimLine) -> Decimal:
    """核定金额: what the programme pays of this line at most, the permit's amount never exceeded; 0 for impossible sums."""
    case = line.permit.case
    facts = {**answers(case), "claimed": [claimed(line)]}
    try:
        found = programme(case.programme).award(facts, policy_of(case), NONE).amount
    except FactsFault:
        return Decimal(0)
    most: Decimal = min(found, line.permit.amount, line.asked)
    return most


def faults(line: ClaimLine) -> list[str]:
    """申报不符: the codes that stand against this line now."""
    permit = line.permit
    surgery = Surgery.objects.filter(permit=permit).first()
    facts = answers(permit.case)
    taken = line.basic_insurance + line.critical_illness + line.medical_assistance + line.discount + line.premium
    return faults_of(
        Costs(
            done_on=surgery.done_on if surgery else None,
            settled_on=line.settled_on,
            insured=facts.get("insurance_type") != "INS_NONE",
            total=line.total,
            taken_off=taken,
            lens_price=line.lens_price,
            list_price=_list_price(permit, surgery),
            premium=line.premium,
            is_premium=bool(surgery and surgery.is_premium),
        )
    )


def _list_price(permit: Permit, surgery: Any) -> Decimal | None:
    if surgery is None:
        return None
    day = surgery.done_on
    rows = permit.provider.prices.filter(code=LENS, is_premium=False)
    held = rows.filter(Q(ends_on=None) | Q(ends_on__gte=day)).order_by("-pk").first()
    return held.price if held else None
