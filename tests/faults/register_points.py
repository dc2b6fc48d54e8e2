"""A worker that registers the people of a spreadsheet and kills itself, with SIGKILL, at the point that it is told."""

from __future__ import annotations

from tests.faults.plan_points import at_call

POINTS: dict[str, tuple[str, int]] = {
    "in the middle of the first lines": ("taken", 1),
    "first lines committed, before the next": ("carry_on", 1),
    "last lines in, before they show": ("record", 1),
}
"""Which function of the import is the last, and at which call of it."""


def main(point: str, waiting: int) -> None:
    """Do the imports that wait, as far as that point."""
    from cases.screening.actions import importing

    importing.AT_ONCE = 2
    name, number = POINTS[point]
    setattr(importing, name, at_call(number, getattr(importing, name)))
    importing.in_background({"import": waiting}, "screening")
