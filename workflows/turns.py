"""The turn of a step in its queue (轮次): its due date, brought forward by what makes a case urgent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from cases.calendar.rules import local_day
from cases.dossier.queries import answers
from cases.dossier.rules import circumstances
from cases.policy.rules import Policy
from workflows.models import WorkItem
from workflows.rules import priority

FIELDS = ["priority", "priority_for", "head_start"]
LAST = 101
"""So many of the last ones taken say how long a queue waits."""
HEAD = "head"
"""The reason that stands for a person's own word."""
TWICE = 3
"""The round in which a case has come back twice."""


def weigh(item: WorkItem, policy: Policy, *, veiled: bool, now: datetime) -> None:
    """优先: what the policy finds urgent in this case brings its turn forward; the caller saves `FIELDS`.

    Behind the veil it counts too, but why would say something of who it is.
    """
    rows = policy.section("priority")
    found = priority.holding(rows, _facts(item, now)) if rows else []
    item.priority = sum(int(row.value["days"]) for row in found)
    item.priority_for = [[row.key, row.value["name_zh"], row.value["name_en"]] for row in found if not veiled]
    put_forward(item, policy)


def put_forward(item: WorkItem, policy: Policy) -> None:
    """轮到日: as much of the priority as the queue can bear counts."""
    waits = _waits(item) if item.priority else []
    item.head_start = priority.head_start(item.priority, most=policy.days("head_start"), waits=waits)


def _facts(item: WorkItem, now: datetime) -> dict[str, Any]:
    today = local_day(now)
    return {
        **circumstances(answers(item.case), today=today),
        "returned_twice": item.case.round >= TWICE,
        "deadline_near": item.is_near(today),
    }


def _waits(item: WorkItem) -> list[timedelta]:
    taken = WorkItem.objects.filter(
        step=item.step, division_code=item.division_code, claimed_at__isnull=False, claimed_at__gt=F("offered_at")
    )
    return list(taken.order_by("-claimed_at").values_list(F("claimed_at") - F("offered_at"), flat=True)[:LAST])
