"""Stand-ins and relatives among the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.access.actions import give_stand_in
from cases.access.models import StandIn
from cases.calendar import clock


@pytest.fixture
def stand_in(cast: dict[str, Any]) -> Callable[..., StandIn]:
    """`who` stands in for `whom` from today for ten days, by the word of the latter."""

    def give(who: str, whom: str, **limits: Any) -> StandIn:
        today = clock.today()
        given = {
            "starts_on": today,
            "ends_on": today + timedelta(days=10),
            "reason": "休假十天",
            "by": cast[whom],
            **limits,
        }
        return give_stand_in(post=cast[whom].posts.get(), delegate=cast[who], **given)

    return give
