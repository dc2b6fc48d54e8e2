"""The database goes away under the clock process: it waits, signs in again and goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections

from cases.calendar import clock
from project.settings import BASE_DIR
from tests.faults.conftest import BROKERS, Gateway, Place, kill_9, until
from tests.kit.armed import armed
from workflows.engine import clockwork, timers
from workflows.models import Timer
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_the_clock_waits_for_a_lost_database_and_fires_afterwards(
    cast: Any, published: Any, tmp_path: Path, gateway: Gateway, superuser_cursor: Any
) -> None:
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    place = Place(BROKERS["filesystem"], tmp_path, gateway)
    place._options()
    with (tmp_path / "clock.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "manage.py", "clock"], cwd=BASE_DIR, env=place.environment(),
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        first = armed(case=case, kind="lapse", key="0", due_at=clock.now())
        done = lambda timer: Timer.objects.filter(pk=timer.pk, done_at__isnull=False).exists()  # noqa: E731
        until(lambda: done(first), "the clock fires")
        connections.close_all()
        superuser_cursor.execute(OTHERS)
        assert superuser_cursor.fetchone()[0] >= 1
        second = armed(case=case, kind="lapse", key="1", due_at=clock.now())
        until(lambda: done(second), "the clock fires again")
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        kill_9(process)


def test_a_pass_that_loses_its_connection_leaves_the_timer_for_a_pass_after_its_lease(
    cast: Any, published: Any, superuser_cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    timer = armed(case=case, kind="cut", key="", due_at=clock.now())
    calls: list[int] = []

    def handler(_timer: Timer) -> None:
        calls.append(1)
        if len(calls) == 1:
            superuser_cursor.execute(OTHERS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    monkeypatch.setitem(timers._handlers, "cut", handler)
    with pytest.raises((OperationalError, InterfaceError)):
        clockwork.one_pass()
    close_old_connections()
    assert clockwork.one_pass()["timers"] == 0
    clock.move_demo_clock(to=clock.now() + timers.RETRY.lease, by=None)
    assert clockwork.one_pass()["timers"] == 1
    timer.refresh_from_db()
    assert timer.done_at is not None and len(calls) == 2
