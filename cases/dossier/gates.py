"""What rooms above this one ask of a draft, and what they do when it is sent: they register here (low contract, filled high)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cases.dossier.lacks import Lack
from cases.dossier.models import Case

Gate = Callable[[Case, Mapping[str, Any], datetime], list[Lack]]
Hook = Callable[..., None]
_gates: list[Gate] = []
_settled: list[Hook] = []
_discarded: list[Hook] = []


def before_submit(gate: Gate) -> Gate:
    """Register a question that every draft must pass before it is sent: what is still lacking."""
    if gate not in _gates:
        _gates.append(gate)
    return gate


def when_settled(hook: Hook) -> Hook:
    """Register what follows the answers when a draft is sent or a supplement answered: `hook(case, facts, by=, now=)`."""
    if hook not in _settled:
        _settled.append(hook)
    return hook


def at_discard(hook: Hook) -> Hook:
    """Register what is done when a draft is thrown away: `hook(case, by=, now=)`."""
    if hook not in _discarded:
        _discarded.append(hook)
    return hook


def lacking(case: Case, facts: Mapping[str, Any], now: datetime) -> list[Lack]:
    """All that the other rooms still miss in this draft."""
    return [lack for gate in _gates for lack in gate(case, facts, now)]


def settled(case: Case, facts: Mapping[str, Any], *, by: Any, now: datetime) -> None:
    """Tell the other rooms that the answers are whole and count now."""
    for hook in _settled:
        hook(case, facts, by=by, now=now)


def discarded(case: Case, *, by: Any, now: datetime) -> None:
    """Tell the other rooms that this draft is being thrown away."""
    for hook in _discarded:
        hook(case, by=by, now=now)
