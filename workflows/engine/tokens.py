"""Where a case stands, in hand: the tasks of a process that are not over, read once for a whole move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import BigIntegerField, QuerySet
from viewflow.workflow.status import STATUS

from cases.fixed import Fixed, Slot
from workflows.engine.rows import LIVE, RunTask

OVER = (STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED)
Live = dict[int, RunTask]


def _live() -> QuerySet[RunTask]:
    rows: QuerySet[RunTask] = RunTask.objects.filter(process_id=Slot("process", BigIntegerField()))
    return rows.exclude(status__in=OVER).select_related("process").order_by("pk")


_LIVE = Fixed(_live)


@contextmanager
def held(process_pk: int) -> Iterator[Live]:
    """Read the live tasks of a process, under the lock of its case; those made meanwhile join them."""
    live: Live = {}
    for task in _LIVE(process=process_pk):
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
