"""A month at a queue: who is urgent comes sooner, and nobody waits more than twice the median because he is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import mean, median

import pytest

from tests.staffing.queueing import Arrival, HeadStart, arrivals, served
from workflows.rules.priority import head_start

CLERKS, NEIGHBOURS, A_DAY = 3, 50, 1.0


def ours(wanted: int, waits: Sequence[timedelta]) -> int:
    """The rule of the product with the longest head start of the shipped policy."""
    return head_start(wanted, most=5, waits=waits)


def month(seed: int, load: float, urgent: float, rule: HeadStart) -> list[Arrival]:
    return served(arrivals(seed, load=load, clerks=CLERKS, urgent=urgent), CLERKS, rule)


def held_back(seed: int, load: float, urgent: float, rule: HeadStart) -> list[Arrival]:
    """Who waited more than twice the median of those around him, and longer than if nobody were urgent.

    Where the median is below a day a wait of two days is no matter of priority: a turn is a day.
    """
    people = month(seed, load, urgent, rule)
    alike = month(seed, load, urgent, lambda _wanted, _waits: 0)
    found = []
    for number, (one, same) in enumerate(zip(people, alike, strict=True)):
        around = people[max(0, number - NEIGHBOURS) : number + NEIGHBOURS + 1]
        usual = max(2 * median(other.wait for other in around), 2 * A_DAY)
        if one.urgent == 0 and one.wait > usual and one.wait > same.wait + 0.01:
            found.append(one)
    return found


@pytest.mark.parametrize("load", [0.9, 1.0, 1.2])
@pytest.mark.parametrize("urgent", [0.2, 0.5, 0.8])
def test_nobody_waits_more_than_twice_the_median_because_he_is_not_urgent(load: float, urgent: float):
    for seed in range(6):
        assert held_back(seed, load, urgent, ours) == [], seed


def test_who_is_urgent_waits_less_than_he_would_have_and_less_than_the_others():
    people, alike = (month(1, 1.1, 0.3, rule) for rule in (ours, lambda _wanted, _waits: 0))
    urgent = [number for number, one in enumerate(people) if one.urgent]
    others = [one.wait for one in people if not one.urgent]
    assert mean(people[n].wait for n in urgent) < mean(alike[n].wait for n in urgent) - A_DAY / 4
    assert mean(people[n].wait for n in urgent) < mean(others)


def test_without_the_cap_somebody_would():
    assert held_back(1, 1.0, 0.8, lambda wanted, _waits: 99 if wanted else 0)


def test_the_head_start_is_what_the_reasons_say_up_to_the_cap():
    weeks = [timedelta(days=days) for days in (2, 8, 30)]
    assert head_start(3, most=5, waits=weeks) == 3
    assert head_start(9, most=5, waits=weeks) == 4
    assert head_start(9, most=2, waits=weeks) == 2
    assert head_start(9, most=5, waits=[timedelta(hours=30)]) == 0
    assert head_start(9, most=5, waits=[]) == 0
