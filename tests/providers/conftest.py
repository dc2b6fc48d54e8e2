"""Two eye hospitals under contract, with their accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers import kit


@pytest.fixture
def hospitals(cast: Any) -> list[Any]:
    """The hospital of Guyuan, whose clerk is eye_hospital, and that of Zhongwei, whose clerk is eye_hospital2."""
    return kit.hospitals(cast)
