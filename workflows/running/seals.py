"""The clock looks whether entries get their seals, and calls somebody when they do not (封存告警)."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog

from cases.history.sealing import queries, rules
from workflows.engine import clockwork

log = structlog.get_logger(__name__)
EVERY, REMIND = 5.0, 60.0
_times: dict[str, float] = {}


def listen() -> None:
    """Look at the passes of the clock."""
    clockwork.sweeps(look)


def look() -> int:
    """One look each few seconds: a line warns after five seconds of waiting, and is an error after a minute; moves nothing."""
    if not _is_time("look", EVERY):
        return 0
    waited = queries.lateness()
    if rules.is_late(waited, rules.WARN) and _is_time("told", REMIND):
        _say(waited)
    for witness in queries.witnesses():
        if witness.is_old and _is_time(f"witness {witness.name}", 60 * REMIND):
            log.error("a witness sent no receipt for a day", witness=witness.name)
    return 0


def _say(waited: timedelta) -> None:
    tell = log.error if rules.is_late(waited, rules.PAGE) else log.warning
    tell("entries wait for their seal", seconds=int(waited.total_seconds()))


def _is_time(what: str, pause: float) -> bool:
    present = time.monotonic()
    if present - _times.get(what, -pause) < pause:
        return False
    _times[what] = present
    return True
