"""Send work outward so that nothing is lost and nothing is done twice: rows, leases, retries, parking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from cases.calendar import clock
from cases.history.record import current
from cases.outgoing import leases, limits
from cases.outgoing.models import Outgoing
from cases.outgoing.queries import due
from cases.outgoing.rules import SOON, Fault, NotNow, Retry, Way, fault_of

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any], str], None]
Bell = Callable[[Outgoing], None]
RetryOf = Callable[[dict[str, Any]], Retry]
ORDINARY, PLAIN = Retry(), Way()
_handlers: dict[str, Handler] = {}
_retries: dict[str, RetryOf] = {}
_bells: list[Bell] = []


def handles(topic: str, retry: RetryOf = lambda _payload: ORDINARY) -> Callable[[Handler], Handler]:
    """Register the handler of a topic: it takes the payload (ids only) and the key that makes its effect happen once.

    `retry` says for a payload how it is tried again.
    """

    def wrap(handler: Handler) -> Handler:
        _handlers[topic], _retries[topic] = handler, retry
        return handler

    return wrap


def tried(topic: str, retry: RetryOf) -> None:
    """Register how the work of a topic that others fetch is tried again."""
    _retries[topic] = retry


def retry_of(row: Outgoing) -> Retry:
    """How this row is tried again; of a topic that nobody handles, in the ordinary way."""
    return _retries[row.topic](row.payload) if row.topic in _retries else ORDINARY


def doorbell(bell: Bell) -> Bell:
    """Register what tells a worker that a row waits; losing the ring only costs the time until the next sweep."""
    _bells.append(bell)
    return bell


def send(
    *,
    topic: str,
    key: str,
    payload: dict[str, Any],
    now: datetime,
    available_at: datetime | None = None,
    way: Way = PLAIN,
) -> None:
    """待发: store outgoing work in the open transaction; the same key is stored once. `payload` holds ids, never data."""
    row, made = Outgoing.objects.get_or_create(
        key=key,
        defaults={
            "topic": topic, "payload": payload, "created_at": now, "available_at": available_at or now,
            "queue": way.queue, "partner": way.partner, "alone": way.alone,
        },
    )  # fmt: skip
    act = current()
    if made and act is not None and way.queue != "pulled":
        act.after.append(lambda: _ring_new(row))


def _ring_new(row: Outgoing) -> None:
    """Ring at once where the partner lets us; else the sweep rings when it does."""
    if limits.has_room(row.partner, clock.now()):
        ring(row)


def ring(row: Outgoing) -> bool:
    """Ring the doorbell; a dead broker is logged and forgotten, because the sweep will find the row. Whether it was heard."""
    is_heard = True
    for bell in _bells:
        try:
            bell(row)
        except Exception as error:  # noqa: BLE001 - any broker's own error: the row is safe and the sweep comes
            log.warning("doorbell failed", outgoing=row.pk, error=type(error).__name__)
            is_heard = False
    return is_heard


def run(pk: int) -> bool:
    """Do one row: lease it, call its handler outside the lock, mark it done. False when somebody else has it.

    A try counts when it begins, so that one whose worker died counts too. A handler that fails is tried again with a
    growing wait, and parked after the last try; the error keeps the kind and place of the fault and nothing of its data.
    """
    row = Outgoing.objects.filter(pk=pk).first()
    row = leases.lease(pk, retry_of(row)) if row is not None else None
    if row is None:
        return False
    try:
        return _do(row)
    finally:
        _ring_next(row.alone)


def _do(row: Outgoing) -> bool:
    try:
        _handlers[row.topic](row.payload, row.key)
    except NotNow:
        leases.mine(row).update(lease_until=None, attempts=row.attempts - 1, available_at=clock.now() + SOON)
        return False
    except Exception as error:
        if connection.in_atomic_block and connection.needs_rollback:
            raise
        failed(row, fault_of(error))
        return False
    done(row.key, now=clock.now())
    return True


def _ring_next(alone: str) -> None:
    """What had to wait for the end of this one need not wait for the sweep."""
    if not alone or connection.needs_rollback:
        return
    for following in Outgoing.objects.filter(pk__in=due(1, alone=alone)):
        ring(following)


def done(key: str, *, now: datetime, lease: str = "") -> bool:
    """已办: what this row asked for has happened; a handler that stores its result says so in the same transaction.

    Whoever fetched it says so by his `lease`, as long as that holds; False when nothing was to be marked.
    """
    rows = Outgoing.objects.filter(key=key, done_at=None)
    if lease:
        rows = rows.filter(lease=lease, lease_until__gt=now)
    return bool(rows.update(done_at=now, lease_until=None, parked_at=None, error="", place=""))


def withdraw(key: str, *, now: datetime) -> bool:
    """撤回: nobody needs this work any more; nobody begins it, and what is under way ends in nothing."""
    rows = Outgoing.objects.filter(key=key, done_at=None)
    return bool(rows.update(done_at=now, withdrawn_at=now, lease_until=None, parked_at=None))


def again(rows: QuerySet[Outgoing], *, now: datetime) -> int:
    """再办: parked rows begin anew, with all their tries and the same keys."""
    return rows.filter(done_at=None, parked_at__isnull=False).update(
        parked_at=None, attempts=0, available_at=now, error="", place=""
    )


def park_unanswered() -> int:
    """没人交回: what machines of others had in their last try, and whose lease is over, is parked for a person; answers how many.

    Rows of ours come to that when a worker is rung for them again; nobody is rung for these.
    """
    with transaction.atomic():
        now = clock.now()
        rows = Outgoing.objects.filter(leases.free(now), queue="pulled", lease_until__isnull=False)
        rows = rows.order_by(
            "-attempts", "pk"
        )  # what has tries left waits for a machine, and keeps nobody waiting here
        lost = [
            row
            for row in rows.select_for_update(skip_locked=True, of=("self",))[:200]
            if row.attempts >= retry_of(row).attempts
        ]
        for row in lost:
            leases.park_lost(row, now)
    return len(lost)


def failed(row: Outgoing, fault: Fault) -> None:
    """没办成: this try failed; the row waits for the next one, longer each time, or is parked after the last.

    A worker whose lease is over writes nothing: the try that counts now is another's.
    """
    now, retry = clock.now(), retry_of(row)
    log.error("outgoing work failed", outgoing=row.pk, topic=row.topic, attempt=row.attempts, error=fault.kind)
    again_at = now + retry.wait(row.attempts, row.key)
    is_last = retry.is_over(row.attempts, again_at - row.created_at)
    leases.mine(row).update(
        lease_until=None, error=fault.kind, place=fault.place, available_at=again_at,
        parked_at=now if is_last else None,
    )  # fmt: skip
