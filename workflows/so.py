"""What a gateway of a road may ask whether it is so of a case (情况属实), by the names of `workflows.rules.conditions`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from cases.dossier.models import Case
from cases.policy.queries import policy_of
from cases.urgent.queries import paid_ahead
from workflows.rules.conditions import AWARD_LEFT, NOTICE_AFTER_URGENT, PAYOUT_WAITS, READER_MISSING
from workflows.scoring.queries import is_reader_missing

_SO: dict[str, Callable[[Case], bool]] = {
    AWARD_LEFT: lambda case: (case.award or Decimal(0)) > paid_ahead(case),
    NOTICE_AFTER_URGENT: lambda case: policy_of(case).level_on(NOTICE_AFTER_URGENT),
    PAYOUT_WAITS: lambda case: case.payouts.filter(state__in=["reserved", "returned", "failed"]).exists(),
    READER_MISSING: is_reader_missing,
}


def is_so(case: Case) -> Callable[[str], bool]:
    """Answers for one case, a name at a time: most gateways ask for one."""
    return partial(_holds, case)


def _holds(case: Case, name: str) -> bool:
    return _SO[name](case)
