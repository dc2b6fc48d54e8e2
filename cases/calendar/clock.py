"""The one clock: rules, timers and database guards all ask the SQL function relief_now(), which nobody can set.

Only a demonstration database has the other body of that function, which adds a stored offset (house rule 9.2).
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day, start_of
from cases.errors import Invalid, Refusal

# STABLE: one answer within a statement, so that "due < relief_now()" can use an index; clock_timestamp() underneath, so
# that time goes on inside a long transaction.
NORMAL_SQL = """
CREATE OR REPLACE FUNCTION public.relief_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS 'SELECT pg_catalog.clock_timestamp()';
"""

NORMAL_REVERSE_SQL = "DROP FUNCTION IF EXISTS public.relief_now();"

DEMO_SQL = """
CREATE TABLE IF NOT EXISTS public.cases_demo_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    ahead interval NOT NULL DEFAULT interval '0' CHECK (ahead >= interval '0')
);
INSERT INTO public.cases_demo_clock DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION public.cases_demo_clock_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ahead < OLD.ahead THEN
        RAISE EXCEPTION 'the demonstration clock only goes forward' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER cases_demo_clock_forward BEFORE UPDATE ON public.cases_demo_clock
    FOR EACH ROW EXECUTE FUNCTION public.cases_demo_clock_forward();
GRANT SELECT ON public.cases_demo_clock TO PUBLIC;
REVOKE UPDATE ON public.cases_demo_clock FROM PUBLIC;
GRANT UPDATE ON public.cases_demo_clock TO {app};
CREATE OR REPLACE FUNCTION public.relief_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS 'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM public.cases_demo_clock)';
"""

ClockMoved = Callable[..., None]
_when_moved: list[ClockMoved] = []


def now() -> datetime:
    """The present moment as the database gives it; an action asks once and passes it on as ``now=``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relief_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def now_and_calendar() -> tuple[datetime, int]:
    """The present moment, and which edition of the calendar is loaded: what every act asks first, in one question."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relief_now(), (SELECT coalesce(max(revision), 0) FROM cases_calendaryear)")
        moment, edition = cursor.fetchone()
    return moment, edition


def today() -> date:
    """The present day in China."""
    return local_day(now())


def is_demo_clock() -> bool:
    """Whether this database's clock can be moved; production settings refuse to start on such a database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.cases_demo_clock') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def install_demo_clock(owner_cursor: Any) -> None:
    """Give this database a clock that can be moved (演示时钟): by the owner role, idempotent, for demonstrations."""
    app = connection.ops.quote_name(connection.settings_dict["USER"])
    owner_cursor.execute(DEMO_SQL.replace("{app}", app))


def move_demo_clock(*, by: Any, days: int | None = None, to: datetime | date | None = None) -> datetime:
    """Move the demonstration clock forward by whole days, or to a moment, or to the morning (09:00) of a day.

    Everything in the database ages with it. Tells the handlers of ``on_clock_moved``, which record the move.
    Raises Refusal in a database with a normal clock, and Invalid for a move backwards.
    """
    if not is_demo_clock():
        raise Refusal(_("这个数据库用的是真实时间，时钟不能拨动。"), code="real_clock")
    before = now()
    ahead = _how_far(before, days, to)
    if ahead < timedelta(0):
        raise Invalid(_("演示时钟只能往后拨。请选今天以后的日期。"), code="clock_backwards")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_demo_clock SET ahead = ahead + make_interval(secs => %s)", [ahead.total_seconds()]
            )
        after = now()
        for tell in _when_moved:
            tell(before=before, after=after, by=by)
    return after


def _how_far(before: datetime, days: int | None, to: datetime | date | None) -> timedelta:
    if (days is None) == (to is None):
        raise ValueError("move the clock either by days or to a moment")
    if days is not None:
        return timedelta(days=days)
    if isinstance(to, datetime):
        return to - before
    assert to is not None
    return start_of(to) + timedelta(hours=9) - before


def on_clock_moved(handler: ClockMoved) -> ClockMoved:
    """Have ``handler(before=, after=, by=)`` told of every move of the demonstration clock."""
    if handler not in _when_moved:
        _when_moved.append(handler)
    return handler
