"""An award worked out again (重算): by the facts, the earlier aid and the policy version that were kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from cases.award.earlier import Earlier
from cases.award.facts import FactsFault
from cases.award.lines import Line
from cases.award.models import Award
from cases.award.rules import Award as Working
from cases.policy.queries import policy_for
from cases.policy.rules import PolicyGap
from cases.programme import programme


@dataclass(frozen=True)
class Again:
    """重算结果: the kept working and the one of today's calculator; without the latter `why_not` says why."""

    made: Award
    kept: Working
    now: Working | None
    why_not: str = ""

    @property
    def is_same(self) -> bool:
        """Whether amount and every line agree."""
        return self.now is not None and self.now.to_json() == self.kept.to_json() and self.is_as_stored

    @property
    def is_as_stored(self) -> bool:
        """Whether the amount of the row is the one of its working."""
        return self.made.amount == self.kept.amount

    @property
    def difference(self) -> Decimal:
        """Yuan by which the amount worked out again lies above the stored one."""
        return (self.now.amount - self.made.amount) if self.now else Decimal(0)

    @property
    def lines(self) -> list[tuple[Line | None, Line | None, bool]]:
        """Both workings side by side, line by line, and whether they agree."""
        again = self.now.lines if self.now else ()
        return [(one, other, one == other) for one, other in zip_longest(self.kept.lines, again)]


def again(made: Award) -> Again:
    """重算一次: never guesses; what was not kept with the award, or the calculator refuses, is said."""
    kept = Working.from_json(made.working)
    if made.earlier is None:
        return Again(made, kept, None, _("这次核算没有留存既往救助，不能照当时重算。"))
    try:
        worked = _worked(made)
    except (FactsFault, PolicyGap) as fault:
        return Again(made, kept, None, _("按留存的事实和政策算不出来：%(why)s") % {"why": str(fault)})
    return Again(made, kept, worked)


def _worked(made: Award) -> Working:
    card: Any = programme(made.case.programme)
    worked: Working = card.award(made.facts, policy_for(made.policy_id), Earlier.from_json(made.earlier))
    return worked
