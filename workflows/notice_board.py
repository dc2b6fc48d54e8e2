"""What the public notice is given from the road: the first reviewers, the end of a case, and the clock."""

from __future__ import annotations

from typing import Any

from cases import programme
from cases.publicity import actions, rules
from workflows.engine import clockwork
from workflows.models import Decision, Duty

FIRST_REVIEW = (1, 2)
"""Levels of intake and county review: whoever acted there does not look into an objection (domain.md 10)."""


def first_reviewers(case: Any) -> set[int]:
    """初审人员: who decided at the first two levels of this case, in any round, in whosever place."""
    decided = Decision.objects.filter(case=case, level__in=FIRST_REVIEW).values_list("actor_id", flat=True)
    on_duty = Duty.objects.filter(case=case, level__in=FIRST_REVIEW).values_list("actor_id", flat=True)
    return {*decided, *on_duty}


def connect() -> None:
    """Register all three; called once when the app starts."""
    rules.first_reviewers_from(first_reviewers)
    programme.on("ended", lambda case, *, by, now: actions.leave_list(case=case, by=by, now=now))
    clockwork.sweeps(actions.close_due)
