"""Finished rows of the machine's work (清理): taken away after their time, in batches, by a function of the database."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

BATCH, BATCHES = 2000, 500
"""Rows of each table at a time, and how often in one run: what is left over goes the next night."""


def clear() -> int:
    """清理: outgoing work, answers to requests and periodic runs that ended more than `KEEP_DAYS` ago; answers how many went.

    Each batch is a transaction of its own, so that nobody waits for it. The application role may delete none of these rows
    otherwise.
    """
    gone = 0
    for _batch in range(BATCHES):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT relief_clear(%s, %s)", [settings.KEEP_DAYS, BATCH])
            taken = int(cursor.fetchone()[0])
        gone += taken
        if not taken:
            break
    return gone
