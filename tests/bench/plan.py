"""What is measured, how often and how large, for the whole bench and for the quick one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.bench import lists, w1

TABLES: dict[str, Callable[[Any], Any]] = {"w1": w1.tables, "lists": lists.tables}


def parts(*, quick: bool, most: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The parts in their order."""
    times: dict[str, Any] = (
        {"rounds": 1, "seconds": 2, "per_case": 10} if quick else {"rounds": 4, "seconds": 5, "per_case": 100}
    )
    yield "w1", lambda: w1.measure(clients=(1, 4), **times)
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000)
    yield "lists", lambda: lists.measure(sizes=tuple(size for size in sizes if size <= most), reps=25)
