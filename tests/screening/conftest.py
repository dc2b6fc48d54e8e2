"""A campaign with a session and its team."""

from __future__ import annotations

from typing import Any

import pytest

from tests.screening import people


@pytest.fixture
def team(cast: Any) -> Any:
    """Somebody of the hospital's team."""
    return cast["eye_hospital"]


@pytest.fixture
def campaign(cast: Any) -> Any:
    """Announced in Xiji."""
    return people.plan(cast)


@pytest.fixture
def session(campaign: Any, team: Any, cast: Any) -> Any:
    """Today, in the town of the village."""
    return people.day_of(campaign, team, cast)
