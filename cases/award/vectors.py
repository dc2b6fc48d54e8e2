"""The calculator as the test vectors of a policy use it; imported when the app starts."""

from collections.abc import Mapping
from typing import Any

from cases.award.facts import Facts
from cases.award.rules import award
from cases.policy.rules import Policy
from cases.policy.vectors import calculate_with


def worked_out(policy: Policy, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Amount in yuan, waiting list and matched rows for stated facts. Raises FactsFault and ShapeFault, both ValueError."""
    answer = award(policy, Facts.from_json(facts))
    return {"amount": str(answer.amount), "waitlist": answer.waitlist, "rows": list(answer.matched_rows)}


calculate_with(worked_out)
