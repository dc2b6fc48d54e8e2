"""What comes near its due date goes forward in its queue, what stays overdue is reported to the head: each day once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from cases.calendar import clock
from workflows import actions
from workflows.models import Pause, WorkItem
from workflows.pool import held_by
from workflows.suspended import is_suspended

LIVE = ("open", "claimed")
STANDING = Exists(Pause.objects.filter(item=OuterRef("pk"), ends_on=None))
"""计时中止: its clock stands still, so it is neither near nor late."""
SHOWN = 10


def held_late(viewer: Any, today: date) -> list[WorkItem]:
    """我手里超期的: what this person holds past its due date, in turn; one more than is shown says that there are more."""
    late = WorkItem.objects.filter(held_by(viewer), turn_on__lt=today, due_on__lt=today)
    rows = late.exclude(STANDING | is_suspended()).select_related("case__run")
    return list(rows.order_by("turn_on", "id")[: SHOWN + 1])


def report() -> int:
    """Look at every step that is past its due date and was not reported yet; answers how many were reported now."""
    today = clock.today()
    late = WorkItem.objects.filter(state__in=LIVE, kind="human", turn_on__lt=today, due_on__lt=today, escalated_at=None)
    found = late.order_by("turn_on", "id").values_list("pk", flat=True)
    return sum(actions.escalate(item=pk, by=None) for pk in found.iterator(chunk_size=200))


def put_near_forward() -> int:
    """快到期: every step whose warning days have begun is judged again for its priority; answers how many were."""
    near = WorkItem.objects.filter(state__in=LIVE, kind="human", near_on__lte=clock.today(), near_seen_at=None)
    found = near.exclude(STANDING).order_by("near_on", "id").values_list("pk", flat=True)
    return sum(actions.judge_again(item=pk, by=None) for pk in found.iterator(chunk_size=200))
