"""What leaves a follow-up (回访): its calls and visits are kept; it ends when what the lot and the policy ask is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.follow_up import actions as follow_up
from workflows.models import Decision
from workflows.rules import given


def again(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """接着回访: what was tried is kept, and the same step goes on."""
    _keep(case, decision, data, by, now, closing=False)


def over(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """回访完毕: nothing that was drawn is left."""
    _keep(case, decision, data, by, now, closing=True)


def _keep(case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime, *, closing: bool) -> None:
    tries = given.rows(data, "follow_up", needs=("kind",))
    for one in tries:
        one["photo"] = given.token(one, "photo")
    follow_up.keep(
        case=case, step=decision.step, tries=tries, closing=closing, on=decision.happened_on or local_day(now),
        by=by, now=now,
    )  # fmt: skip
