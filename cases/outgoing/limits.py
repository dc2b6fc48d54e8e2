"""How often a partner lets us ask (限频): a try is counted in the statement that finds it within the limit."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

WINDOW = timedelta(minutes=1)
COUNT = """
WITH counted AS (
    UPDATE cases_partner SET begun = ARRAY(SELECT at FROM unnest(begun) AS at WHERE at > %(since)s) || %(now)s
    WHERE name = %(name)s
        AND (per_minute > (SELECT count(*) FROM unnest(begun) AS at WHERE at > %(since)s)) IS NOT FALSE
    RETURNING name
)
SELECT EXISTS (SELECT FROM counted) OR NOT EXISTS (SELECT FROM cases_partner WHERE name = %(name)s)
"""
ROOM = """
SELECT NOT EXISTS (
    SELECT FROM cases_partner
    WHERE name = %(name)s AND per_minute <= (SELECT count(*) FROM unnest(begun) AS at WHERE at > %(since)s)
)
"""


def count(partner: str, now: datetime) -> bool:
    """计一次: whether the partner lets us ask now; then this try counts. Runs in the transaction of the lease."""
    return _asked(COUNT, partner, now)


def has_room(partner: str, now: datetime) -> bool:
    """Whether one more try within this minute is let; counts nothing."""
    return _asked(ROOM, partner, now)


def _asked(question: str, partner: str, now: datetime) -> bool:
    if not partner:
        return True
    with connection.cursor() as cursor:
        cursor.execute(question, {"name": partner, "now": now, "since": now - WINDOW})
        return bool(cursor.fetchone()[0])
