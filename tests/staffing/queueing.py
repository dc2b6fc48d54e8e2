"""A month at one queue, on paper: people arrive, some of them urgent, clerks take the next whose turn it is."""

from __future__ import annotations

import random
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

DAYS = 30
LIMIT = 10


@dataclass
class Arrival:
    """Somebody who arrives on a day (with its hour as a fraction), urgent by so many days, or not."""

    at: float
    urgent: int
    work: float
    taken: float = 0.0

    @property
    def wait(self) -> float:
        return self.taken - self.at


HeadStart = Callable[[int, Sequence[timedelta]], int]


def arrivals(seed: int, *, load: float, clerks: int, urgent: float) -> list[Arrival]:
    """Thirty days of arrivals that keep so many clerks busy at `load`, in waves, with a backlog on the first day."""
    rng = random.Random(seed)
    work = 0.15
    rate = load * clerks / work
    found, at = [], 0.0
    for _number in range(rng.randint(20, 120)):
        found.append(Arrival(0.0, rng.choice([0, 0, 2, 5]), rng.uniform(0.05, 0.25)))
    while at < DAYS:
        wave = 1.4 if int(at) % 10 < 4 else 0.75
        at += rng.expovariate(rate * wave)
        found.append(Arrival(at, rng.choice([1, 2, 3, 5]) if rng.random() < urgent else 0, rng.uniform(0.05, 0.25)))
    return found


def served(people: list[Arrival], clerks: int, head_start: HeadStart) -> list[Arrival]:
    """Everybody with the moment in which a clerk took him: always the one whose turn comes first, then by arrival."""
    free = [0.0] * clerks
    waiting: list[tuple[int, int]] = []
    taken: list[tuple[float, timedelta]] = []
    coming = 0
    while coming < len(people) or waiting:
        free.sort()
        now = free[0] if waiting else max(free[0], people[coming].at)
        while coming < len(people) and people[coming].at <= now:
            known = [wait for when, wait in taken if when <= people[coming].at]
            ahead = head_start(people[coming].urgent, known[-101:])
            insort(waiting, (int(people[coming].at) + LIMIT - ahead, coming))
            coming += 1
        _turn, who = waiting.pop(0)
        people[who].taken = now
        taken.append((now, timedelta(days=people[who].wait)))
        free[0] = now + people[who].work
    return people
