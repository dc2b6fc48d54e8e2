"""Aid that a person already had, from this system and from imported lists, as the calculator needs it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cases.award.facts import Claim

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Earlier:
    """既往救助: grants in yuan counted for caps. `claims` are this year's claims of the same programme, imported past grants
    first; `this_year` and `total` include past grants; `fund_left` is None when the fund is not looked at."""

    claims: tuple[Claim, ...] = ()
    this_year: Decimal = ZERO
    total: Decimal = ZERO
    household_this_year: Decimal = ZERO
    fund_left: Decimal | None = None


NONE = Earlier()
