"""The road and the cases of `tests.desk.road` made once for a file: each test begins where they stand, and is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cases.dossier.models import Case
from tests.cast import everybody
from tests.matrix.world import nothing_stays
from workflows.walking import drive


@pytest.fixture(scope="module")
def standing(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[int, int]]:
    """What each test of a file finds: the shipped policy, and the cases that the file names in STANDS (number, state)."""
    with django_db_blocker.unblock(), nothing_stays():
        cast, found = everybody(), {}
        drive.publish_policy(slug="rare_disease", maker=cast["policy_edit"], publisher=cast["policy_publish"])
        for number, state in getattr(request.module, "STANDS", ()):
            found[number] = drive.to(drive.apply(slug="rare_disease", number=number, by=cast["applicant1"]), state).pk
        yield found


@pytest.fixture
def road(standing: dict[int, int], cast: dict[str, Any]) -> None:
    """The shipped policy, published."""


@pytest.fixture
def new_case(standing: dict[int, int], cast: dict[str, Any]) -> Callable[..., Case]:
    """The case of invented person `number`, the one that stands or else a new one, taken to a state."""

    def make(number: int = 1, state: str = "INTAKE") -> Case:
        if number in standing:
            return drive.to(Case.objects.get(pk=standing[number]), state)
        return drive.to(drive.apply(slug="rare_disease", number=number, by=cast["applicant1"]), state)

    return make
