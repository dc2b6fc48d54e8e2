"""One word for each step of a finding, as page and form say it (办理问题)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflows.inspection.findings import actions
from workflows.inspection.findings.models import Finding

WITH_FILES = {"answer": actions.answer, "rectify": actions.rectify, "recheck": actions.recheck}
WITHOUT = {"send": actions.send, "close": actions.close, "withdraw": actions.withdraw}


def take(
    finding: Finding, *, how: str, words: str, attached: Sequence[Any] = (), days: int | None = None, by: Any
) -> Finding:
    """`how` is a step of the road of a finding; files go with three of them, days with going back."""
    if how == "back":
        return actions.back(finding=finding, words=words, days=days or 0, by=by)
    if how in WITH_FILES:
        return WITH_FILES[how](finding=finding, words=words, attached=attached, by=by)
    return WITHOUT[how](finding=finding, words=words, by=by)
