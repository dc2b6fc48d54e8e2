"""The alarm for changes around the product (绕过系统的改动): a hand in psql is told of within a minute."""

from __future__ import annotations

import time

import structlog
from django.db import connection

from cases.history.acts_check import recent_out_of_band

log = structlog.get_logger(__name__)
EVERY = 15.0
"""Seconds between two looks."""
_told: set[str] = set()
_looked: float | None = None


def look_for_out_of_band() -> int:
    """Tell of each transaction that changed rows without an act, once in this process; answers how many are new."""
    global _looked
    if _looked is not None and time.monotonic() - _looked < EVERY:
        return 0
    _looked = time.monotonic()
    fresh = [row for row in recent_out_of_band(connection) if row["txid"] not in _told]
    for row in fresh:
        log.error(
            "history.out_of_band",
            entry=row["id"],
            table=row["object_type"],
            row=row["object_id"],
            change=row["action"],
            db_user=row["db_user"],
            at=row["recorded_at"].isoformat(),
        )
    _told.update(row["txid"] for row in fresh)
    return len(fresh)
