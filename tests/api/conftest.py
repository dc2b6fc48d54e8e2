"""One case in Xiji, filed once for all tests of a module; what each of them does is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from cases.dossier.models import Case
from tests.cast import Cast, everybody
from tests.matrix.world import nothing_stays
from workflows.walking import drive

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="module")
def filed(django_db_setup: Any, django_db_blocker: Any) -> Iterator[tuple[Cast, Case]]:
    """The cast and the case, in a transaction that never commits."""
    with django_db_blocker.unblock(), nothing_stays():
        people = everybody()
        drive.publish_policy(slug="rare_disease", maker=people["policy_edit"], publisher=people["policy_publish"])
        changes = {"hukou_division": "640422100991"}
        yield people, drive.apply(slug="rare_disease", number=3, by=people["applicant1"], changes=changes)


@pytest.fixture
def world(filed: tuple[Cast, Case]) -> Iterator[Cast]:
    """The cast; what a test does is undone after it."""
    with nothing_stays():
        yield filed[0]


@pytest.fixture
def case(filed: tuple[Cast, Case], world: Cast) -> Case:
    """The case as it was filed: at the county's intake."""
    return Case.objects.get(pk=filed[1].pk)


@pytest.fixture
def browser_of(world: Cast) -> Callable[[str], Client]:
    """A browser of somebody that shows a fault of ours as the page it is."""

    def sign_in(name: str) -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(world[name], backend=BACKEND)
        return browser

    return sign_in
