"""Who has a row of outgoing work (租约): one worker at a time, and of rows with the same key one row at a time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from cases.calendar import clock
from cases.outgoing import limits
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import Retry
from cases.text import is_key

log = structlog.get_logger(__name__)

ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def free(now: datetime) -> Q:
    """Rows whose time has come and that nobody has."""
    held = Q(lease_until__isnull=False, lease_until__gt=now)
    return Q(done_at=None, parked_at=None, available_at__lte=now) & ~held


def lease(pk: int, retry: Retry) -> Outgoing | None:
    """租下: the row for one of our workers, or None when another has it, it may not begin now, or its tries are over."""
    with transaction.atomic():
        now = clock.now()
        rows = Outgoing.objects.select_for_update(skip_locked=True).exclude(queue="pulled")
        row = rows.filter(free(now), pk=pk).first()
        return take(row, retry, retry.lease, now=now) if row is not None else None


def take(row: Outgoing, retry: Retry, length: timedelta, *, now: datetime, by: Any = None) -> Outgoing | None:
    """Lease a locked row, for so long; the try counts from here. None when it may not begin now.

    The secret of the lease is for whoever does the work over HTTP; a worker of ours is known by the number of its try.
    """
    if row.attempts >= retry.attempts:
        park_lost(row, now)
        return None
    if (row.alone and _is_held(row, now)) or not limits.count(row.partner, now):
        return None
    row.lease_until, row.attempts, row.leased_by = now + length, row.attempts + 1, by
    row.lease = f"{row.pk}.{secrets.token_urlsafe(24)}" if by is not None else ""
    row.save(update_fields=["lease_until", "attempts", "lease", "leased_by"])
    return row


def fetched(lease: str) -> Outgoing | None:
    """The row of a lease that was once given out over HTTP, whoever has it now."""
    pk, _point, _secret = lease.partition(".")
    return Outgoing.objects.filter(pk=int(pk), queue="pulled").first() if is_key(pk) else None


def mine(row: Outgoing) -> QuerySet[Outgoing]:
    """The row, as long as this try is the one that counts."""
    return Outgoing.objects.filter(pk=row.pk, attempts=row.attempts, done_at=None)


def _is_held(row: Outgoing, now: datetime) -> bool:
    """Whether another row with the same key is under way, or is being leased at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [row.alone])
        if not cursor.fetchone()[0]:
            return True
    others = Outgoing.objects.filter(alone=row.alone, done_at=None, lease_until__gt=now)
    return others.exclude(pk=row.pk).exists()


def park_lost(row: Outgoing, now: datetime) -> None:
    """The last try ended with its worker: nobody came back to say how, and the next worker is not to die of it too."""
    log.error("outgoing work took its workers with it", outgoing=row.pk, topic=row.topic, attempts=row.attempts)
    row.parked_at, row.lease_until, row.error, row.place = now, None, "WorkerLost", ""
    row.save(update_fields=["parked_at", "lease_until", "error", "place"])
