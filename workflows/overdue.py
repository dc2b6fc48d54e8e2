"""What stays overdue is reported (超期上报): once a day, to the head of whoever should have done it."""

from __future__ import annotations

from cases.calendar import clock
from workflows import actions
from workflows.models import WorkItem

LIVE = ("open", "claimed")


def report() -> int:
    """Look at every step that is past its due date and was not reported yet; answers how many were reported now."""
    today = clock.today()
    late = WorkItem.objects.filter(state__in=LIVE, kind="human", turn_on__lt=today, due_on__lt=today, escalated_at=None)
    found = late.order_by("turn_on", "id").values_list("pk", flat=True)
    return sum(actions.escalate(item=pk, by=None) for pk in found.iterator(chunk_size=200))
