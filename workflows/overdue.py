"""What comes near its due date goes forward in its queue, what stays overdue is reported to the head: each day once."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from cases.calendar import clock
from workflows import actions
from workflows.models import Pause, WorkItem

LIVE = ("open", "claimed")


def report() -> int:
    """Look at every step that is past its due date and was not reported yet; answers how many were reported now."""
    today = clock.today()
    late = WorkItem.objects.filter(state__in=LIVE, kind="human", turn_on__lt=today, due_on__lt=today, escalated_at=None)
    found = late.order_by("turn_on", "id").values_list("pk", flat=True)
    return sum(actions.escalate(item=pk, by=None) for pk in found.iterator(chunk_size=200))


def put_near_forward() -> int:
    """快到期: every step whose warning days have begun is judged again for its priority; answers how many were."""
    near = WorkItem.objects.filter(state__in=LIVE, kind="human", near_on__lte=clock.today(), near_seen_at=None)
    standing = Exists(Pause.objects.filter(item=OuterRef("pk"), ends_on=None))
    found = near.exclude(standing).order_by("near_on", "id").values_list("pk", flat=True)
    return sum(actions.judge_again(item=pk, by=None) for pk in found.iterator(chunk_size=200))
