"""A hearing centre under contract and devices in the store, before a case begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workflows.walking import devices


@pytest.fixture
def begin(road: Any, cast: Any) -> Callable[..., Any]:
    """Begins a trip of hearing relief; `stock` devices of medium power lie in the store when the first one begins."""

    def trip(*, stock: int = 2, model: str = "中功率", **more: Any) -> Any:
        devices.hearing_centre(cast)
        if stock:
            devices.arrive(cast, stock, model=model)
        return road("hearing", **more)

    return trip
