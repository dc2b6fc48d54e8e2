"""What rooms above know about a case whose money goes into a batch (付款提示), asked once for a whole list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.money.models import Payout


@dataclass(frozen=True)
class Remark:
    """复查 of one case: when it was made, what of it speaks, and what differs from what was approved."""

    at: datetime
    found: list[str]
    changed: list[str]


Knows = Callable[[Collection[int]], Mapping[int, Remark]]
KnowsNow = Callable[..., Mapping[int, Remark]]
_known: list[tuple[Knows, KnowsNow]] = []


def known_by(kept: Knows, afresh: KnowsNow) -> None:
    """Let a room above say what it kept and what it finds now, by the ids of cases; registered once when the app starts."""
    _known.append((kept, afresh))


def remarks(payouts: Iterable[Payout]) -> dict[int, Any]:
    """What was kept of the cases of these payouts, by the id of the case; nothing for those of whom nothing is."""
    cases = {payout.case_id for payout in payouts}
    return {case: remark for kept, _afresh in _known for case, remark in kept(cases).items()}


def remarks_now(payouts: Iterable[Payout], *, now: datetime) -> dict[int, Any]:
    """The same found afresh at this moment (现查); nothing is kept."""
    cases = {payout.case_id for payout in payouts}
    return {case: remark for _kept, afresh in _known for case, remark in afresh(cases, now=now).items()}
