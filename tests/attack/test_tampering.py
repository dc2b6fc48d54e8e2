"""Whatever the superuser does to history, the check finds it and names the row; what nobody touched is never blamed."""

from __future__ import annotations

import os
from random import Random
from time import perf_counter

import pytest

from tests.attack.kinds import KINDS, Kind
from tests.attack.world import World, attack

ROUNDS = int(os.environ.get("ATTACK_ROUNDS", "1"))


def test_what_nobody_touched_is_clean(world: World) -> None:
    with attack(world, Random(0)):
        inside, outside = world.inside(), world.outside()
    assert (inside, outside) == ([], [])


@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.number}-{kind.name}")
def test_it_is_found_and_named(world: World, kind: Kind) -> None:
    found = located = tries = 0
    missed: list[str] = []
    began = perf_counter()
    for number in range(ROUNDS):
        with attack(world, Random(f"{kind.name}/{number}")) as hand:
            place = kind.do(hand)
            reports = {} if kind.is_stored_twice else {"outside": world.outside()}
            if not kind.needs_witness:
                reports["inside"] = world.inside()
        for side, findings in reports.items():
            tries += 1
            found += bool(findings)
            right = bool(findings) and place.names(findings[0]) and len({one.cause for one in findings}) == 1
            located += right
            if not right:
                missed.append(f"{side} {number}: {place} but {[one.line() for one in findings[:3]]}")
    print(f"{kind.number} {kind.name}: {found}/{tries} found, {located}/{tries} named, {perf_counter() - began:.1f} s")
    assert found == tries, missed[:3]
    assert located >= 0.99 * tries, missed[:3]
