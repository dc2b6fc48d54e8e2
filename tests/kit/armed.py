"""A timer that was set, in hand: the act that sets one needs no answer, a test does."""

from typing import Any

from workflows.engine import timers
from workflows.models import Timer


def armed(*, case: Any, kind: str, key: str, due_at: Any) -> Timer:
    """Set the timer of that kind and key; its row."""
    timers.arm(case=case, kind=kind, key=key, due_at=due_at)
    return Timer.objects.get(case=case, kind=kind, key=key, done_at=None, cancelled_at=None)
