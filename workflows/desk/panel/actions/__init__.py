"""What a panel does (集体研究): call, sign in, vote, recuse, close an item, keep and sign the minutes."""

from workflows.desk.panel.actions.meetings import (
    call_meeting,
    close_meeting,
    sign_in,
    sign_minutes,
    take_off_agendas,
)
from workflows.desk.panel.actions.votes import close_item, recuse, vote

__all__ = [
    "call_meeting",
    "close_item",
    "close_meeting",
    "recuse",
    "sign_in",
    "sign_minutes",
    "take_off_agendas",
    "vote",
]
