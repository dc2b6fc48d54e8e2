"""The only way a case moves (办理): permission and area, lock, row version, duties, transition, history, outgoing work."""

from workflows.actions.claiming import claim, claim_expired, claim_next, put_off, release, seen, take_over
from workflows.actions.common import LEAD, locked
from workflows.actions.correcting import correct, correctable
from workflows.actions.deciding import decide, save_draft
from workflows.actions.intervening import drop, open_items, put, reopen
from workflows.actions.jobs import job_over, skip_job
from workflows.actions.leading import allocate, escalate, hand_on, judge_again, must_fit, reassign, set_priority
from workflows.actions.messages import deliver_message, receive_message
from workflows.actions.migrating import migrate
from workflows.actions.moving import MONEY_ON_ITS_WAY, fact, panel_result, start, stop, terminate
from workflows.actions.pulling import complete_work, extend_work, fail_work, fetch_work
from workflows.actions.recusing import exclude, kept_out, recuse

__all__ = [
    "LEAD",
    "MONEY_ON_ITS_WAY",
    "allocate",
    "claim",
    "claim_expired",
    "claim_next",
    "complete_work",
    "correct",
    "correctable",
    "decide",
    "deliver_message",
    "escalate",
    "drop",
    "exclude",
    "extend_work",
    "fact",
    "fail_work",
    "fetch_work",
    "hand_on",
    "job_over",
    "judge_again",
    "kept_out",
    "locked",
    "migrate",
    "must_fit",
    "open_items",
    "panel_result",
    "put_off",
    "put",
    "reassign",
    "receive_message",
    "recuse",
    "release",
    "reopen",
    "save_draft",
    "seen",
    "set_priority",
    "skip_job",
    "start",
    "stop",
    "take_over",
    "terminate",
]
