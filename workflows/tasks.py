"""Background work: fetch by id, call one action."""

from __future__ import annotations

from celery import shared_task

from cases.outgoing import actions as outgoing


@shared_task(name="outgoing.run")  # type: ignore[untyped-decorator]
def run_outgoing(pk: int) -> None:
    """Do one row of outgoing work; a second delivery of the same message finds it done or leased."""
    outgoing.run(pk)


outgoing.doorbell(lambda pk: run_outgoing.delay(pk))
