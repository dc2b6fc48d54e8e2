"""Background work: fetch by id, call one action."""

from __future__ import annotations

from uuid import uuid4

from celery import shared_task
from django.conf import settings

from cases.history.record import in_background
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from project import queues


@shared_task(name="outgoing.run")  # type: ignore[untyped-decorator]
def run_outgoing(pk: int) -> None:
    """Do one row of outgoing work; a second delivery of the same message finds it done or leased."""
    with in_background("outgoing.run", f"job-{pk}-{uuid4().hex[:12]}"):
        outgoing.run(pk)


@outgoing.doorbell
def ring(row: Outgoing) -> None:
    """Tell a worker of its class that the row waits, and how long its try may take."""
    retry = outgoing.retry_of(row)
    soft, hard = retry.timeout.total_seconds(), retry.hard.total_seconds()
    queue = queues.name_of(row.queue, settings.CELERY_TASK_DEFAULT_QUEUE)
    run_outgoing.apply_async(args=[row.pk], queue=queue, soft_time_limit=soft, time_limit=hard)
