"""Background work: fetch by id, call one action."""

from __future__ import annotations

from uuid import uuid4

from celery import shared_task

from cases.history.record import in_background
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing


@shared_task(name="outgoing.run")  # type: ignore[untyped-decorator]
def run_outgoing(pk: int) -> None:
    """Do one row of outgoing work; a second delivery of the same message finds it done or leased."""
    with in_background("outgoing.run", f"job-{pk}-{uuid4().hex[:12]}"):
        outgoing.run(pk)


@outgoing.doorbell
def ring(row: Outgoing) -> None:
    """Tell a worker that the row waits, and how long its try may take."""
    retry = outgoing.retry_of(row)
    soft, hard = retry.timeout.total_seconds(), retry.hard.total_seconds()
    run_outgoing.apply_async(args=[row.pk], soft_time_limit=soft, time_limit=hard)
