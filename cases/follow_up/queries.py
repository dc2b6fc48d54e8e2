"""What a follow-up still owes (还欠的回访)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.dossier.models import Case
from cases.follow_up.models import FollowUp, FollowUpTry
from cases.follow_up.rules import HOME, KINDS, LOTS, PHONE, is_drawn, lot, owed


def duty_of(case: Case) -> FollowUp | None:
    """回访任务: what was drawn for this case; None before it comes to its follow-up."""
    return FollowUp.objects.filter(case=case).first()


def still_owed(duty: FollowUp) -> list[str]:
    """The kinds that were drawn and are not done."""
    settled = FollowUpTry.objects.filter(duty=duty, settles=True).values_list("kind", flat=True)
    return owed(duty.drawn, settled)


@dataclass(frozen=True)
class Recount:
    """抽签复算: one lot as it is computed again from seed and share, beside what was stored."""

    name: Any
    seed: str
    lot: int
    below: int
    drawn: bool
    agrees: bool


def drawn_again(case: Case) -> list[Recount]:
    """抽签复算 of a case, for whoever inspects it: empty before it was drawn."""
    duty = duty_of(case)
    if duty is None:
        return []
    shares = ((PHONE, duty.phone_percent, duty.phone), (HOME, duty.home_percent, duty.home))
    return [
        Recount(
            KINDS[kind], duty.seed, lot(duty.seed, kind, case.number or ""), percent * LOTS // 100, drawn,
            is_drawn(duty.seed, kind, case.number or "", percent) is drawn,
        )
        for kind, percent, drawn in shares
    ]  # fmt: skip
