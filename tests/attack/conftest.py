"""One database for a file, sealed and witnessed, and the superuser's hand in it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from django.conf import settings
from django.db import connections

from tests import database
from tests.attack.world import ATTACKER, World, attacker


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    if settings.EMBEDDED is None:
        pytest.skip("the superuser of a set DATABASE_URL is not known")
    with django_db_blocker.unblock():
        name = database.clone()
        place = settings.EMBEDDED.database("superuser", name)
        link = attacker(
            {"HOST": place.host, "PORT": place.port, "NAME": name, "USER": place.user, "PASSWORD": place.password}
        )
        yield World(link, tmp_path_factory.mktemp("outsider"))
        link.close()
        del connections[ATTACKER]
        database.forget(name)


@pytest.fixture
def rng(request) -> Random:
    return Random(request.node.name)
