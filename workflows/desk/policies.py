"""The policy by which a page reads a case."""

from __future__ import annotations

from typing import Any

from cases.calendar import clock
from cases.evidence.queries import policy_of as policy_on
from cases.policy.rules import Policy


def policy_of(case: Any) -> Policy:
    """The policy that counts for a case: pinned at acceptance, before that the one in force today."""
    return policy_on(case, clock.today())
