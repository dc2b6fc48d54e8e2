"""The only way a case moves (办理): permission and area, lock, row version, duties, transition, history, outgoing work."""

from workflows.actions.claiming import claim, claim_expired, claim_next, put_off, release, seen, take_over
from workflows.actions.common import LEAD, locked
from workflows.actions.deciding import decide, save_draft
from workflows.actions.jobs import job_over, skip_job
from workflows.actions.leading import allocate, escalate, hand_on, must_fit, reassign, set_priority
from workflows.actions.messages import deliver_message, receive_message
from workflows.actions.moving import MONEY_ON_ITS_WAY, fact, panel_result, start, stop, terminate
from workflows.actions.recusing import kept_out, recuse

__all__ = [
    "LEAD",
    "MONEY_ON_ITS_WAY",
    "allocate",
    "claim",
    "claim_expired",
    "claim_next",
    "decide",
    "deliver_message",
    "escalate",
    "fact",
    "hand_on",
    "kept_out",
    "job_over",
    "locked",
    "must_fit",
    "panel_result",
    "put_off",
    "reassign",
    "receive_message",
    "recuse",
    "release",
    "save_draft",
    "seen",
    "set_priority",
    "skip_job",
    "start",
    "stop",
    "take_over",
    "terminate",
]
