"""One pass of the clock: due timers, registered sweeps, outgoing work that nobody was rung for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from cases.calendar import clock
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from workflows.engine import timers

RING_AGAIN = timedelta(seconds=10)
_sweeps: list[Callable[[], int]] = []


def sweeps(sweep: Callable[[], int]) -> Callable[[], int]:
    """Register something to look after at each pass (it answers how much it did)."""
    _sweeps.append(sweep)
    return sweep


def one_pass() -> dict[str, int]:
    """Do what is due now and say how much that was."""
    fired = sum(timers.fire(pk) for pk in timers.due())
    swept = sum(sweep() for sweep in _sweeps)
    rung = 0
    for pk in outgoing.due():
        row = Outgoing.objects.only("created_at", "available_at").get(pk=pk)
        if row.available_at <= clock.now() - RING_AGAIN or row.attempts:
            outgoing.ring(pk)
            rung += 1
    return {"timers": fired, "sweeps": swept, "rung": rung}
