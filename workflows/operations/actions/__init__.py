"""What is done to cases from outside their steps: suspend and let go on; plan, sign, carry out and take back."""

from workflows.operations.actions.planning import drop_plan, make_plan, sign, undo_plan
from workflows.operations.actions.running import advance, advance_plan
from workflows.operations.actions.suspending import end_due, resume, settle_ended, suspend, suspend_road

__all__ = [
    "advance",
    "advance_plan",
    "drop_plan",
    "end_due",
    "make_plan",
    "resume",
    "settle_ended",
    "sign",
    "suspend",
    "suspend_road",
    "undo_plan",
]
