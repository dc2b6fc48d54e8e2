"""Which outgoing work waits for a worker (该办的), decided in one statement: by its time, its partner's limit, its key."""

from __future__ import annotations

from typing import Any

from django.db import connection

from cases.calendar import clock
from cases.outgoing.limits import WINDOW

DUE = """
WITH rooms AS MATERIALIZED (
    SELECT name, per_minute - (SELECT count(*) FROM unnest(begun) AS at WHERE at > %(since)s) AS room FROM cases_partner
), waiting AS (
    SELECT o.id, o.available_at, array_position(ARRAY['urgent', 'normal', 'bulk'], o.queue::text) AS class, rooms.room,
        row_number() OVER (PARTITION BY o.queue, o.topic ORDER BY o.available_at, o.id) AS turn,
        row_number() OVER (PARTITION BY o.partner ORDER BY
            array_position(ARRAY['urgent', 'normal', 'bulk'], o.queue::text), o.available_at, o.id) AS of_partner
    FROM cases_outgoing o LEFT JOIN rooms ON rooms.name = o.partner
    WHERE o.done_at IS NULL AND o.parked_at IS NULL AND o.available_at <= %(now)s AND o.queue <> 'pulled'
        AND (o.lease_until IS NULL OR o.lease_until <= %(now)s)
        AND (o.alone = '' OR NOT EXISTS (
            SELECT FROM cases_outgoing other
            WHERE other.alone = o.alone AND other.done_at IS NULL AND other.lease_until > %(now)s
        ))
        AND (o.alone = %(alone)s OR %(alone)s IS NULL)
)
SELECT id FROM waiting WHERE room IS NULL OR of_partner <= room ORDER BY turn, class, available_at, id LIMIT %(limit)s
"""


def due(limit: int = 200, *, alone: str | None = None) -> list[int]:
    """Rows that wait for one of our workers: not done, not parked, not leased, not beyond what a partner lets us ask.

    Topics of a queue take turns, each with its oldest first, so that a flood of one keeps no other waiting; at each turn,
    and of what a partner lets us ask, the urgent come before the others. `alone` asks for those of one key only.
    """
    now = clock.now()
    asked: dict[str, Any] = {"now": now, "since": now - WINDOW, "limit": limit, "alone": alone}
    with connection.cursor() as cursor:
        cursor.execute(DUE, asked)
        return [pk for (pk,) in cursor.fetchall()]
