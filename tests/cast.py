"""The cast of people: one sign-in for each role in two counties of two cities, as in the demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cases.access.models import User

Cast = dict[str, "User"]


@pytest.fixture
def cast(db: Any) -> Cast:
    """Everybody by sign-in name: cast["xiji_intake"], cast["applicant1"] ..."""
    from cases.access.demo import make_cast
    from cases.calendar import clock

    return make_cast(now=clock.now())
