"""The road of a finding (问题): who takes which step from where, and who is too near to judge it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

INSPECTOR, AUDITED = "inspector", "audited"
OPEN = ("draft", "sent", "answered", "rectified", "rechecked")
"""States of a finding on which somebody still has to do something."""


@dataclass(frozen=True, slots=True)
class Move:
    """一步: from which states, to which, on which side it is taken, and the word of its event."""

    starts: tuple[str, ...]
    ends: str
    side: str
    label: Any
    past: str = ""


MOVES: dict[str, Move] = {
    "send": Move(("draft",), "sent", INSPECTOR, _("发出"), "sent"),
    "answer": Move(("sent",), "answered", AUDITED, _("答复"), "answered"),
    "rectify": Move(("sent", "answered"), "rectified", AUDITED, _("报告整改完成"), "rectified"),
    "recheck": Move(("rectified",), "rechecked", INSPECTOR, _("复查合格"), "rechecked"),
    "back": Move(("answered", "rectified", "rechecked"), "sent", INSPECTOR, _("退回再改"), "sent_back"),
    "close": Move(("rechecked",), "closed", INSPECTOR, _("销号"), "closed"),
    "withdraw": Move(("draft", "sent", "answered"), "withdrawn", INSPECTOR, _("撤回"), "withdrawn"),
}
"""The database has the same table (findings.sql)."""


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties somebody to a finding: its office, being its owner, having answered it, being a party of its case."""

    served_there: bool
    owner: bool
    answered: bool
    party: bool


def too_near(ties: Ties) -> Any:
    """不独立: why somebody may not judge a finding though he inspects, or None.

    The audited never close what was found with them: not who serves or served at the office, nor who is to answer for it.
    """
    if ties.served_there:
        return _("您在被查机构任职或任过职，由其他检查员办理。")
    if ties.owner or ties.answered:
        return _("您是这个问题的责任人或答复人，由其他检查员办理。")
    if ties.party:
        return _("您是这件案卷的当事人，由其他检查员办理。")
    return None


def ways(state: str, sides: Collection[str]) -> list[str]:
    """The steps that somebody on these sides may take from a state."""
    return [name for name, move in MOVES.items() if state in move.starts and move.side in sides]
