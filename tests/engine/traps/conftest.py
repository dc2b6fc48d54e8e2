"""One case of ours to hold against the stock flows, and a second hand on the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from cases.dossier.models import Case
from project import roles
from tests.engine.traps import stock
from workflows.walking import drive


@pytest.fixture(autouse=True)
def nothing_done_yet() -> None:
    stock.DONE.clear()


@pytest.fixture
def new_case(cast: Any, published: Any, funded: Any) -> Callable[..., Case]:
    """Files a case of the two-step programme and takes it to a state."""
    published("two_step")
    funded("two_step", "50000")
    return lambda number=1, state="INTAKE": drive.to(
        drive.apply(slug="two_step", number=number, by=cast["applicant1"]), state
    )


@contextmanager
def other_hand(*, lock_timeout: str = "0") -> Iterator[Any]:
    """A cursor of a second connection of the application role, in one open transaction."""
    link = roles.connect(settings.APP_DATABASE, connection.settings_dict["NAME"])
    link.autocommit = False
    try:
        with link.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
            yield cursor
        link.rollback()
    finally:
        link.close()


def while_held(case: Case, doing: Callable[[], Any]) -> Any:
    """Do it while another hand holds the row of the case, which lets go as soon as it is seen to wait; what it gave."""

    def and_close() -> Any:
        try:
            return doing()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, other_hand() as hand, connection.cursor() as cursor:
        hand.execute("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE", [case.pk])
        given = pool.submit(and_close)
        waits = False
        while not waits:
            assert not given.done(), "it did not wait"
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            waits = bool(cursor.fetchone()[0])
        hand.connection.rollback()
        return given.result()
