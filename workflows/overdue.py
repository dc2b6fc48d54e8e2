"""What comes near its due date goes forward in its queue, what stays overdue is reported to the head: each day once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.calendar import clock
from cases.errors import Refusal
from cases.programme import programmes
from workflows import actions
from workflows.engine.periodic import Outcome
from workflows.models import Pause, WorkItem
from workflows.pool import held_by
from workflows.suspended import is_suspended

log = structlog.get_logger(__name__)
LIVE = ("open", "claimed")
STANDING = Exists(Pause.objects.filter(item=OuterRef("pk"), ends_on=None))
"""计时中止: its clock stands still, so it is neither near nor late."""
SHOWN = 10


def held_late(viewer: Any, today: date) -> list[WorkItem]:
    """我手里超期的: what this person holds past its due date, in turn; one more than is shown says that there are more."""
    late = WorkItem.objects.filter(held_by(viewer), turn_on__lt=today, due_on__lt=today)
    rows = late.exclude(STANDING | is_suspended()).select_related("case__run")
    return list(rows.order_by("turn_on", "id")[: SHOWN + 1])


def report() -> Outcome:
    """Look at every step that is past its due date and was not reported yet; answers how many were reported now."""
    today = clock.today()
    late = WorkItem.objects.filter(state__in=LIVE, turn_on__lt=today, due_on__lt=today, escalated_at=None)
    late = late.filter(Q(kind="human") | Q(kind="wait", step__in=_reported()))
    return _each(late.order_by("turn_on", "id"), actions.escalate)


def _reported() -> set[str]:
    """The waits of any road whose lateness somebody answers for, as for the panel that confirms urgent aid (追认)."""
    roads = [road for card in programmes() for road in card.roads.values()]
    nodes = [(name, getattr(road, name)) for road in roads for name in road.reading_order]
    return {name for name, node in nodes if getattr(node, "kind", "") == "wait" and node.escalates}


def put_near_forward() -> Outcome:
    """快到期: every step whose warning days have begun is judged again for its priority; answers how many were."""
    near = WorkItem.objects.filter(state__in=LIVE, kind="human", near_on__lte=clock.today(), near_seen_at=None)
    return _each(near.exclude(STANDING).order_by("near_on", "id"), actions.judge_again)


def _each(rows: QuerySet[WorkItem], act: Callable[..., bool]) -> Outcome:
    """Do it to one step after the other. A case that somebody has in hand is left, and found again by the next run."""
    done, left = 0, set[int]()
    for pk, case in rows.values_list("pk", "case_id").iterator(chunk_size=200):
        try:
            done += act(item=pk, by=None)
        except Refusal as refusal:
            log.warning("a case is left for the next run", case=case, reason=refusal.code)
            left.add(case)
    return Outcome(done, tuple(sorted(left)))
