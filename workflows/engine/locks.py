"""The one lock of a case, reached from its process: blocking, bounded, and an error when there is nothing to lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_locker: list[Callable[[int], bool]] = []


def locks_with(locker: Callable[[int], bool]) -> None:
    """Register what locks the row behind a process (True when it exists)."""
    _locker[:] = [locker]


class CaseLock:
    """viewflow's lock_impl: takes the row lock in the open transaction of the action (engine.md L1-L4)."""

    @contextmanager
    def __call__(self, flow_class: Any, process_pk: int) -> Iterator[None]:
        if not connection.in_atomic_block:
            raise RuntimeError("a case moves only inside an action's transaction")
        if not _locker[0](process_pk):
            raise LookupError(f"process {process_pk} has no run: nothing to lock")
        yield
