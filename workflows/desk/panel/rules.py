"""Votes and quorum of the panel (集体研究): pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

CHOICES = ("agree", "reject", "defer", "abstain", "recused")


@dataclass(frozen=True, slots=True)
class Tally:
    """计票: the votes of those who signed in and are not recused, and what follows from them.

    `outcome` is agree, reject or defer, or "" when it cannot be closed yet; `reason` then says why in words.
    """

    agree: int
    reject: int
    defer: int
    abstain: int
    recused: int
    missing: int
    outcome: str = ""
    reason: Any = ""

    @property
    def counted(self) -> int:
        """Votes that count toward the quorum."""
        return self.agree + self.reject + self.defer + self.abstain


def tally(*, votes: Mapping[int, str], present: Collection[int], quorum: int, approve: int) -> Tally:
    """The outcome of one item: more than half of the votes, and at least `approve` to agree; else it is deferred.

    `quorum` members must have voted without being recused, and everybody who signed in must have voted or declared his
    recusal (回避). domain.md 14: board and panel record.
    """
    heard = {member: choice for member, choice in votes.items() if member in set(present)}
    numbers = {choice: list(heard.values()).count(choice) for choice in CHOICES}
    missing = len(set(present) - set(heard))
    counted = len(heard) - numbers["recused"]
    outcome = ""
    reason: Any = ""
    if counted < quorum and counted + missing < quorum:
        reason = _("到会并参加表决的人数没有达到法定人数，不能形成决定。请等更多成员签到。")
    elif missing:
        reason = _("还有到会成员没有表决，也没有申请回避。")
    elif numbers["agree"] * 2 > counted and numbers["agree"] >= approve:
        outcome = "agree"
    elif numbers["reject"] * 2 > counted:
        outcome = "reject"
    else:
        outcome = "defer"
    return Tally(**numbers, missing=missing, outcome=outcome, reason=reason)
