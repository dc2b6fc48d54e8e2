"""What people do with providers, permits and claims."""

from cases.providers.actions.checking import accept_line, call_patient, reject_line
from cases.providers.actions.claiming import answer_line, file_line, make_refund
from cases.providers.actions.moving import give_up_permit, lapse_due, move_permit, resume_provider, suspend_provider
from cases.providers.actions.permits import cancel_permits, issue_permits, propose_permits
from cases.providers.actions.register import (
    confirm_account,
    confirm_provider,
    register_provider,
    set_account,
    set_price,
)
from cases.providers.actions.treating import decline, examine, miss, record_sight, record_surgery, report_complication

__all__ = [
    "accept_line",
    "answer_line",
    "call_patient",
    "cancel_permits",
    "confirm_account",
    "confirm_provider",
    "decline",
    "examine",
    "file_line",
    "give_up_permit",
    "issue_permits",
    "lapse_due",
    "make_refund",
    "miss",
    "move_permit",
    "propose_permits",
    "record_sight",
    "record_surgery",
    "register_provider",
    "reject_line",
    "report_complication",
    "resume_provider",
    "set_account",
    "set_price",
    "suspend_provider",
]
