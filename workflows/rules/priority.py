"""Who is served first (优先): reasons bring a due date forward, and never further than the others can bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median_low
from typing import Any

from cases.policy.conditions import applies
from cases.policy.rules import Row


def holding(rows: Iterable[Row], facts: Mapping[str, Any]) -> list[Row]:
    """优先原因: the rows of the policy that hold for a case with these facts."""
    return [row for row in rows if applies(row.when, facts)]


def head_start(wanted: int, *, most: int, waits: Sequence[timedelta]) -> int:
    """提前几天: how many days a case goes before its due date in the queue.

    Never more than the policy's `most`, and never more than half the median of what the last ones of this queue have
    waited: whoever arrives later by more than that cannot come first. So nobody waits more than twice the median of his
    queue because he is not urgent (simulated over thirty days in `tests/staffing/test_month.py`).
    """
    usual = median_low(waits) if waits else timedelta(0)
    return max(0, min(wanted, most, (usual / 2).days))
