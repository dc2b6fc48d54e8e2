"""Several opinions on one step (多人意见): when they settle it. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def settles(outcome: str, earlier: Sequence[str], *, of: int, needs: int, veto: bool, agree: str) -> bool:
    """Whether an opinion decides the step: `needs` of `of` people agree, or that cannot be reached any more.

    With a veto (一票否决) every other opinion decides at once. The step is left by the way of the opinion that settles it;
    nobody is asked after that.
    """
    given = [*earlier, outcome]
    agreed = given.count(agree)
    if outcome == agree:
        return agreed >= needs
    return veto or of - (len(given) - agreed) < needs
