"""Timers (到时): rows in the database, taken in batches past each other's locks; a failing one waits longer, then is parked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from cases.calendar import clock
from cases.errors import Refusal
from cases.history import unit
from cases.outgoing.rules import Retry, fault_of
from workflows.models import Timer

log = structlog.get_logger(__name__)

BATCH = 20
MOST = 200
"""How many one pass fires at most, so that the rest of the pass has its turn."""
MOVED = (
    "ON CONFLICT (case_id, kind, key) WHERE done_at IS NULL AND cancelled_at IS NULL "
    "DO UPDATE SET due_at = EXCLUDED.due_at, attempts = 0, lease_until = NULL, parked_at = NULL"
)
"""One timer of a kind and key is open: the index `timer_once`. Setting it again moves it and begins anew."""
RETRY = Retry(attempts=10)
Handler = Callable[[Timer], None]
_handlers: dict[str, Handler] = {}
_waits: list[Callable[[], Q]] = []


def when(kind: str) -> Callable[[Handler], Handler]:
    """Register what is done when a timer of this kind is due (the engine calls up through this)."""

    def wrap(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return wrap


def wait_while(condition: Callable[[], Q]) -> None:
    """Register a condition on timers under which they wait, however due they are."""
    _waits.append(condition)


def _ready() -> QuerySet[Timer]:
    rows = Timer.objects.filter(done_at=None, cancelled_at=None, parked_at=None)
    for condition in _waits:
        rows = rows.filter(~condition())
    return rows


def late(than: datetime) -> QuerySet[Timer]:
    """Timers that should have fired before then: not parked, and not held by what waits."""
    return _ready().filter(due_at__lt=than)


def arm(*, case: Any, kind: str, key: str, due_at: datetime) -> None:
    """Set or move the timer of that kind and key; runs in the open transaction."""
    unit.insert(Timer(case=case, kind=kind, key=key, due_at=due_at), otherwise=MOVED)


def disarm(*, case: Any, now: datetime, kind: str | None = None, key: str | None = None) -> None:
    """Cancel open timers of a case: all, of a kind, or of one key. Nothing fires after a cancel (engine.md P5)."""
    rows = Timer.objects.filter(case=case, done_at=None, cancelled_at=None)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if key is not None:
        rows = rows.filter(key=key)
    unit.change(rows, cancelled_at=now)


def is_due(*, case: Any, kind: str, key: str, now: datetime) -> bool:
    """Whether that timer is still set and its time has come: asked again under the lock of the case."""
    return Timer.objects.filter(
        case=case, kind=kind, key=key, done_at=None, cancelled_at=None, due_at__lte=now
    ).exists()


def fire_due() -> int:
    """Fire what is due, batch after batch; other clocks take other batches. Answers how many fired."""
    fired = taken = 0
    while taken < MOST and (batch := take()):
        fired += sum(fire(pk) for pk in batch)
        taken += len(batch)
    return fired


def take(limit: int = BATCH) -> list[int]:
    """The oldest due timers that no other clock has: they are this one's until the lease is over (engine.md L6)."""
    with transaction.atomic():
        now = clock.now()
        rows = _ready().filter(due_at__lte=now).exclude(lease_until__gt=now)
        rows = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
        taken = list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:limit])
        Timer.objects.filter(pk__in=taken).update(lease_until=now + RETRY.lease)
    return taken


def fire(pk: int) -> bool:
    """Do one due timer; its handler's action and the mark "done" stand or fall together with the handler's own row check.

    A handler must be safe to repeat: it looks at the case again under its lock. A fault moves the timer back in the
    queue, so that it never holds up the others, and after the last try it is parked for a person (engine.md P6).
    """
    timer = _ready().select_related("case").filter(pk=pk).first()
    if timer is None or timer.due_at > clock.now():
        return False
    try:
        _handlers[timer.kind](timer)
    except Refusal as refusal:
        return _finish(timer, error=refusal.code)
    except Exception as error:  # noqa: BLE001 - the fault is kept on the row, which waits and is tried again
        _later(timer, error)
        return False
    return _finish(timer)


def again(rows: QuerySet[Timer], *, now: datetime) -> int:
    """再办: parked timers begin anew, with all their tries."""
    return rows.filter(done_at=None, cancelled_at=None, parked_at__isnull=False).update(
        parked_at=None, attempts=0, due_at=now, lease_until=None, error="", place=""
    )


def _finish(timer: Timer, error: str = "") -> bool:
    # one that was moved on while its handler ran is not done
    done = Timer.objects.filter(pk=timer.pk, done_at=None, cancelled_at=None, due_at__lte=clock.now())
    return bool(done.update(done_at=clock.now(), error=error[:80]))


def _later(timer: Timer, error: Exception) -> None:
    fault, now, attempt = fault_of(error), clock.now(), timer.attempts + 1
    log.error("timer failed", timer=timer.pk, kind=timer.kind, attempt=attempt, error=fault.kind)
    with transaction.atomic():
        Timer.objects.filter(pk=timer.pk, attempts=timer.attempts, done_at=None).update(
            attempts=attempt, due_at=now + RETRY.wait(attempt, str(timer.pk)), lease_until=None, error=fault.kind,
            place=fault.place, parked_at=now if attempt >= RETRY.attempts else None,
        )  # fmt: skip
