"""The cast of people: one sign-in for each role in two counties of two cities, as in the demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cases.access.models import User

Cast = dict[str, "User"]


def everybody() -> Cast:
    """The cast, made when it is not there yet: the template database of the tests has it."""
    from cases.access.demo import CAST, make_cast
    from cases.access.models import User
    from cases.calendar import clock

    there = {user.username: user for user in User.objects.filter(username__in=[part.username for part in CAST])}
    return there if len(there) == len(CAST) else make_cast(now=clock.now())


@pytest.fixture
def cast(db: Any) -> Cast:
    """Everybody by sign-in name: cast["xiji_intake"], cast["applicant1"] ..."""
    return everybody()
