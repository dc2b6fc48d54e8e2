"""All standing checks by their number (常设核查目录)."""

from __future__ import annotations

from typing import Any

from workflows.inspection.checks import amounts, care, notice, payees, people, twice
from workflows.inspection.checks.check import Check

_ROOMS = (people, notice, amounts, twice, payees, care)
CHECKS: dict[str, Check] = {
    check.code: check for check in sorted((check for room in _ROOMS for check in room.CHECKS), key=lambda one: one.code)
}


def sentence(code: str, facts: dict[str, Any]) -> str:
    """What a hit says, in the reader's language; facts of an older release are shown as they are."""
    check = CHECKS.get(code)
    told = check.told.get(facts.get("kind", ""), "") if check else ""
    return (
        str(told).format_map(_Facts(facts)) if told else "; ".join(f"{name} {value}" for name, value in facts.items())
    )


class _Facts(dict[str, Any]):
    """A fact that is not there stands as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"
