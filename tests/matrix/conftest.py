"""One world for the whole matrix; each request in it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import everybody
from tests.matrix import world as worlds


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[worlds.World]:
    """Built once, in a transaction that never commits."""
    with django_db_blocker.unblock(), worlds.nothing_stays():
        yield worlds.make(everybody())
