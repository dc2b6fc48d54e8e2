"""One office with work for the tests of this room: built once a module, and what a test does in it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cases.access.models import User
from cases.dossier.models import Case
from tests.cast import everybody
from tests.desk.road import signed_in
from tests.matrix.world import nothing_stays
from workflows.models import WorkItem
from workflows.walking import drive

__all__ = ["signed_in"]


@dataclass
class Office:
    """The people by sign-in name, and cases: two at the intake (the second of a poor household), two at the county review."""

    people: dict[str, User]
    ordinary: Case
    poorest: Case
    county: Case
    county_b: Case

    def item(self, name: str) -> WorkItem:
        """The open step of one of these cases, read anew."""
        return drive.open_item(getattr(self, name))


@pytest.fixture(scope="module")
def _built(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Office]:
    with django_db_blocker.unblock(), nothing_stays():
        people = everybody()
        drive.publish_policy(slug="rare_disease", maker=people["policy_edit"], publisher=people["policy_publish"])

        def file(number: int) -> Case:
            return drive.apply(slug="rare_disease", number=number, by=people["applicant1"])

        at_county = [drive.to(file(number), "COUNTY") for number in (3, 8)]
        yield Office(people, file(1), file(2), *at_county)


@pytest.fixture
def office(_built: Office) -> Iterator[Office]:
    """The office as it was built."""
    with nothing_stays():
        yield _built


@pytest.fixture
def cast(office: Office) -> dict[str, User]:
    """Everybody by sign-in name."""
    return office.people
