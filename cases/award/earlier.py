"""Aid that a person already had, from this system and from imported lists, as the calculator needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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

    def to_json(self) -> dict[str, Any]:
        """As it is kept with an award, amounts as text."""
        return {
            "claims": [[None if one.self_pay is None else str(one.self_pay), str(one.granted)] for one in self.claims],
            "this_year": str(self.this_year),
            "total": str(self.total),
            "household_this_year": str(self.household_this_year),
            "fund_left": None if self.fund_left is None else str(self.fund_left),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Earlier:
        """What was kept, read back."""
        left = data["fund_left"]
        return cls(
            claims=tuple(Claim(None if cost is None else Decimal(cost), Decimal(got)) for cost, got in data["claims"]),
            this_year=Decimal(data["this_year"]),
            total=Decimal(data["total"]),
            household_this_year=Decimal(data["household_this_year"]),
            fund_left=None if left is None else Decimal(left),
        )


NONE = Earlier()
