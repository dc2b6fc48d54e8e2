"""Send work outward so that nothing is lost and nothing is done twice: rows, leases, retries, parking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from cases.calendar import clock
from cases.history.record import current
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import SOON, NotNow, Retry, fault_of

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any], str], None]
Bell = Callable[[Outgoing], None]
RetryOf = Callable[[dict[str, Any]], Retry]
ORDINARY = Retry()
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


def retry_of(row: Outgoing) -> Retry:
    """How this row is tried again; of a topic that nobody handles, in the ordinary way."""
    return _retries[row.topic](row.payload) if row.topic in _retries else ORDINARY


def doorbell(bell: Bell) -> Bell:
    """Register what tells a worker that a row waits; losing the ring only costs the time until the next sweep."""
    _bells.append(bell)
    return bell


def send(*, topic: str, key: str, payload: dict[str, Any], now: datetime, available_at: datetime | None = None) -> None:
    """待发: store outgoing work in the open transaction; the same key is stored once. `payload` holds ids, never data."""
    row, made = Outgoing.objects.get_or_create(
        key=key,
        defaults={"topic": topic, "payload": payload, "created_at": now, "available_at": available_at or now},
    )
    act = current()
    if made and act is not None:
        act.after.append(lambda: ring(row))


def ring(row: Outgoing) -> None:
    """Ring the doorbell; a dead broker is logged and forgotten, because the sweep will find the row."""
    for bell in _bells:
        try:
            bell(row)
        except Exception as error:  # noqa: BLE001 - any broker's own error: the row is safe and the sweep comes
            log.warning("doorbell failed", outgoing=row.pk, error=type(error).__name__)


def due(limit: int = 200) -> list[int]:
    """Rows that wait for a worker: not done, not parked, not leased. Topics take turns, each with its oldest first.

    So a flood of one topic keeps no other waiting.
    """
    now = clock.now()
    rows = Outgoing.objects.filter(done_at=None, parked_at=None, available_at__lte=now)
    turn = Window(RowNumber(), partition_by="topic", order_by=["available_at", "id"])
    rows = rows.exclude(lease_until__gt=now).annotate(turn=turn).order_by("turn", "available_at", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def run(pk: int) -> bool:
    """Do one row: lease it, call its handler outside the lock, mark it done. False when somebody else has it.

    A try counts when it begins, so that one whose worker died counts too. A handler that fails is tried again with a
    growing wait, and parked after the last try; the error keeps the kind and place of the fault and nothing of its data.
    """
    row = _lease(pk)
    if row is None:
        return False
    try:
        _handlers[row.topic](row.payload, row.key)
    except NotNow:
        _mine(row).update(lease_until=None, attempts=row.attempts - 1, available_at=clock.now() + SOON)
        return False
    except Exception as error:  # noqa: BLE001 - the fault is kept on the row, which is tried again or parked
        _failed(row, error)
        return False
    done(row.key, now=clock.now())
    return True


def done(key: str, *, now: datetime) -> None:
    """已办: what this row asked for has happened; a handler that stores its result says so in the same transaction."""
    Outgoing.objects.filter(key=key, done_at=None).update(
        done_at=now, lease_until=None, parked_at=None, error="", place=""
    )


def again(rows: QuerySet[Outgoing], *, now: datetime) -> int:
    """再办: parked rows begin anew, with all their tries and the same keys."""
    return rows.filter(done_at=None, parked_at__isnull=False).update(
        parked_at=None, attempts=0, available_at=now, error="", place=""
    )


def _lease(pk: int) -> Outgoing | None:
    with transaction.atomic():
        now = clock.now()
        row = Outgoing.objects.select_for_update(skip_locked=True).filter(pk=pk, done_at=None, parked_at=None).first()
        if row is None or (row.lease_until and row.lease_until > now) or row.available_at > now:
            return None
        retry = retry_of(row)
        if row.attempts >= retry.attempts:
            _park_lost(row, now)
            return None
        row.lease_until, row.attempts = now + retry.lease, row.attempts + 1
        row.save(update_fields=["lease_until", "attempts"])
        return row


def _mine(row: Outgoing) -> QuerySet[Outgoing]:
    """The row, as long as this try is the one that counts."""
    return Outgoing.objects.filter(pk=row.pk, attempts=row.attempts, done_at=None)


def _park_lost(row: Outgoing, now: datetime) -> None:
    """The last try ended with its worker: nobody came back to say how, and the next worker is not to die of it too."""
    log.error("outgoing work took its workers with it", outgoing=row.pk, topic=row.topic, attempts=row.attempts)
    row.parked_at, row.lease_until, row.error, row.place = now, None, "WorkerLost", ""
    row.save(update_fields=["parked_at", "lease_until", "error", "place"])


def _failed(row: Outgoing, error: Exception) -> None:
    """A worker whose lease is over writes nothing: the try that counts now is another's."""
    if connection.in_atomic_block and connection.needs_rollback:
        raise error
    fault, now, retry = fault_of(error), clock.now(), retry_of(row)
    log.error("outgoing work failed", outgoing=row.pk, topic=row.topic, attempt=row.attempts, error=fault.kind)
    again_at = now + retry.wait(row.attempts, row.key)
    is_last = retry.is_over(row.attempts, again_at - row.created_at)
    _mine(row).update(
        lease_until=None, error=fault.kind, place=fault.place, available_at=again_at,
        parked_at=now if is_last else None,
    )  # fmt: skip
