"""What is done to cases from outside their steps: suspend and let go on."""

from workflows.operations.actions.suspending import (
    end_due,
    resume,
    settle_ended,
    suspend,
    suspend_road,
)

__all__ = ["end_due", "resume", "settle_ended", "suspend", "suspend_road"]
