"""A policy in force, and a road that only listens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.publicity import making


@pytest.fixture
def version(cast: Any) -> Any:
    return making.published_policy(cast)


@pytest.fixture
def road(monkeypatch: pytest.MonkeyPatch, version: Any) -> making.Road:
    return making.road_instead(monkeypatch)
