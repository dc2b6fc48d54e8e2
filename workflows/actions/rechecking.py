"""Look at duplicates, limits and fund again before an approval (批准前复查); what was shown to whom is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.history.record import action
from workflows import rechecks
from workflows.actions.claiming import act_as
from workflows.actions.common import locked, may_act
from workflows.models import Recheck, WorkItem


@action("case.recheck")
def show_recheck(*, item: WorkItem | int, by: Any, now: datetime | None = None) -> tuple[Recheck, Recheck | None]:
    """给办理人看复查: as it stands now, and the one kept before it; by whoever may do the step."""
    assert now is not None
    found = locked(item)
    act_as(may_act(found, by))
    before = rechecks.latest(found.case)
    return rechecks.keep(found.case, "shown", by=by, now=now), before
