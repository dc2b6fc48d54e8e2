"""One pass of the clock: due timers, registered sweeps, periodic work, outgoing work that nobody was rung for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from cases.calendar import clock
from cases.history.record import in_background
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.outgoing.queries import due
from workflows.engine import periodic, timers
from workflows.engine.periodic import every

__all__ = ["every", "one_pass", "sweeps"]

RING_AGAIN = timedelta(seconds=10)
_sweeps: list[Callable[[], int]] = []
_rung: dict[int, float] = {}
"""When this process last rang for a row, in its own seconds."""


def sweeps(sweep: Callable[[], int]) -> Callable[[], int]:
    """Register something to look after at each pass (it answers how much it did)."""
    _sweeps.append(sweep)
    return sweep


def one_pass() -> dict[str, int]:
    """Do what is due now and say how much that was."""
    with in_background("clock", f"clock-{uuid4().hex[:12]}"):
        fired = timers.fire_due()
        swept = sum(sweep() for sweep in _sweeps)
        return {"timers": fired, "sweeps": swept, "periodic": periodic.begin(), "rung": _ring_again()}


def _ring_again() -> int:
    """Ring once more for work that nobody took for ten seconds; a backlog is not rung for at every pass."""
    present = time.monotonic()
    for pk, when in [*_rung.items()]:
        if present - when >= RING_AGAIN.total_seconds():
            del _rung[pk]
    rung = 0
    late = clock.now() - RING_AGAIN
    waiting = due()
    rows = Outgoing.objects.in_bulk(waiting)
    for pk in waiting:
        row = rows.get(pk)
        if row is not None and pk not in _rung and (row.available_at <= late or row.attempts or row.partner):
            if not outgoing.ring(row):
                break  # the broker is away: the pass goes on, and the next one asks again
            _rung[pk] = present
            rung += 1
    return rung
