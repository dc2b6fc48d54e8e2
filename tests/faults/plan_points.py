"""A clock that goes on with the plans of cases and kills itself, with SIGKILL, at the point that it is told."""

from __future__ import annotations

from typing import Any

from tests.faults.points import die, then_die

POINTS: dict[str, tuple[str, int]] = {
    "tried out, before its commit": ("attempt", 2),
    "all tried out, before the plan waits": ("close_plan", 0),
    "moved, before its line is written": ("carry_out", 2),
    "told, before its commit": ("record", 1),
    "committed, before the next": ("_one", 1),
    "all carried out, before the end": ("close_plan", 0),
    "taken back, before its commit": ("migrate", 2),
    "one moved, before its line is written": ("carry_out", 1),
}
"""Which function of the pass is the last, and at which call of it; at 0 it does not even begin."""


def at_call(number: int, function: Any) -> Any:
    """The same function, but the process ends behind this call of it."""
    left = [number]

    def run(*args: Any, **named: Any) -> Any:
        left[0] -= 1
        return function(*args, **named) if left[0] else then_die(function)(*args, **named)

    return run if number else die


def main(point: str) -> None:
    """One pass of the clock, as far as that point."""
    from workflows.engine import clockwork
    from workflows.operations.actions import running

    name, number = POINTS[point]
    setattr(running, name, at_call(number, getattr(running, name)))
    clockwork.one_pass()
