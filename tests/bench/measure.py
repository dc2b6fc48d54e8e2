"""How the bench measures: times by label, statements as the driver sees them, rows and bytes as the server counts them."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

Times = dict[str, list[float]]


class Clock:
    """Keeps the milliseconds of each labelled piece of work, and its statements when `counting`."""

    def __init__(self, counting: bool = False) -> None:
        self.times: Times = defaultdict(list)
        self.statements: dict[str, list[list[str]]] = defaultdict(list)
        self.counting = counting

    @contextmanager
    def __call__(self, label: str) -> Iterator[None]:
        if self.counting:
            with counted() as seen:
                yield
            self.statements[label].append(seen)
            return
        begin = time.perf_counter()
        yield
        self.times[label].append((time.perf_counter() - begin) * 1000)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that Django sends, BEGIN, COMMIT and savepoints among them; one round trip is one entry."""
    seen: list[str] = []
    before, connection.force_debug_cursor = connection.force_debug_cursor, True
    connection.queries_log.clear()
    try:
        yield seen
    finally:
        seen += [str(query["sql"]) for query in connection.queries_log]
        connection.force_debug_cursor = before


def is_control(sql: str) -> bool:
    """Whether a statement only opens or closes something."""
    return sql.split(" ", 1)[0].rstrip(";") in ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def median(values: Sequence[float]) -> float:
    """The middle one; 0 for nothing."""
    return statistics.median(values) if values else 0.0


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 stay below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0


class Table:
    """A printed table: columns as wide as their widest cell."""

    def __init__(self, *heads: str) -> None:
        self.rows: list[tuple[str, ...]] = [heads]

    def add(self, *cells: object) -> None:
        """One more row; numbers are rounded to three places that say something."""
        self.rows.append(tuple(_shown(cell) for cell in cells))

    def __str__(self) -> str:
        wide = [max(len(row[place]) for row in self.rows) for place in range(len(self.rows[0]))]
        lines = ["| " + " | ".join(cell.ljust(wide[at]) for at, cell in enumerate(row)) + " |" for row in self.rows]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in wide) + "|")
        return "\n".join(lines)


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.3f}" if abs(cell) < 1 else f"{cell:.2f}" if abs(cell) < 10 else f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
