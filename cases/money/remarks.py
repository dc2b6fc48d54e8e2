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
_known: list[Knows] = []


def known_by(ask: Knows) -> None:
    """Let a room above say what it knows, by the ids of cases; registered once when the app starts."""
    _known.append(ask)


def remarks(payouts: Iterable[Payout]) -> dict[int, Any]:
    """What is known of the cases of these payouts, by the id of the case; nothing for those of whom nothing is."""
    cases = {payout.case_id for payout in payouts}
    return {case: remark for ask in _known for case, remark in ask(cases).items()}
