"""What is measured, how often and how large, for the whole bench and for the quick one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.bench import due, lists, races, seals, w1

TABLES: dict[str, Callable[[Any], Any]] = {
    "w1": w1.tables, "races": races.tables, "timers": due.tables, "lists": lists.tables, "seals": seals.tables,
}  # fmt: skip


def parts(*, quick: bool, most: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The parts in their order; each gets a fresh database."""
    rounds, seconds, per_case = (1, 2, 10) if quick else (4, 5, 100)
    yield "w1", lambda: w1.measure(rounds=rounds, seconds=seconds, clients=(1, 4), per_case=per_case)
    people, tasks, pairs = (10, 1_000, 5) if quick else (50, 10_000, 40)
    yield "races", lambda: races.measure(people=people, tasks=min(tasks, most), seconds=seconds, pairs=pairs)
    armed, ready = (1_000, 200) if quick else (100_000, 10_000)
    dispatchers = (1, 2) if quick else (1, 2, 4)
    yield "timers", lambda: due.measure(armed=min(armed, most), due=ready, dispatchers=dispatchers)
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000)
    yield "lists", lambda: lists.measure(sizes=tuple(size for size in sizes if size <= most), reps=25)
    yield "seals", lambda: seals.measure(seconds=seconds, pace=200)
