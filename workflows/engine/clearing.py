"""Finished rows of the machine's work (清理): taken away after their time, in batches, by a function of the database."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import connection, transaction

log = structlog.get_logger(__name__)

BATCH, BATCHES = 2000, 500
"""Rows of each table at a time, and how often in one run: what is left over goes the next night."""


def clear() -> int:
    """清理: outgoing work, answers to requests, periodic runs and messages of other systems that ended more than `KEEP_DAYS` ago.

    A message that no case came to wait for goes after `UNUSED_DAYS`, never sooner than a used one. Answers how many went,
    those among them; how many they were is logged too. Each batch is a transaction of its own, so that nobody waits for
    it. The application role may delete none of these rows otherwise.
    """
    gone = unused = 0
    unused_days = max(settings.KEEP_DAYS, settings.UNUSED_DAYS)
    for _batch in range(BATCHES):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT gone, unused FROM relief_clear(%s, %s, %s)", [settings.KEEP_DAYS, unused_days, BATCH]
            )
            taken, of_them = cursor.fetchone()
        gone, unused = gone + taken, unused + of_them
        if not taken:
            break
    if unused:
        log.warning("messages that no case waited for are gone", count=unused)
    return gone
