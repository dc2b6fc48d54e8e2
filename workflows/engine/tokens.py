"""Where a case stands, in hand: the tasks of a process that are not over, read once for a whole move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from viewflow.workflow.status import STATUS

from workflows.engine.rows import LIVE, RunTask

OVER = (STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED)
Live = dict[int, RunTask]


@contextmanager
def held(process_pk: int) -> Iterator[Live]:
    """Read the live tasks of a process, under the lock of its case; those made meanwhile join them."""
    rows = RunTask.objects.filter(process_id=process_pk).exclude(status__in=OVER).select_related("process")
    live: Live = {}
    for task in rows.order_by("pk"):
        live[task.pk] = task
        task.process = next(iter(live.values())).process  # one row, one object
    token = LIVE.set(live)
    try:
        yield live
    finally:
        LIVE.reset(token)


def still_open(process_pk: int) -> list[Any]:
    """The tasks of a process that are not over at this moment, oldest first."""
    live = LIVE.get()
    if live is not None:
        return [task for task in live.values() if task.status not in OVER]
    return list(RunTask.objects.filter(process_id=process_pk).exclude(status__in=OVER).order_by("pk"))
