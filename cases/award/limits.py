"""What the caps of a policy leave (限额余额): pure, for the working and for the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cases.award.earlier import Earlier
from cases.award.facts import ZERO, Facts
from cases.policy.rules import Policy, Row

CAPS = {
    "per_claim": ("单次限额", "Limit for one claim"),
    "per_year": ("年度限额余额", "Left of the yearly limit"),
    "per_life": ("终身限额余额", "Left of the lifetime limit"),
    "household_per_year": ("家庭年度限额余额", "Left of the household's yearly limit"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """一项限额: its row, the limit and what of it is used, in yuan."""

    row: Row
    zh: str
    en: str
    cap: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.cap - self.used)


def rooms(policy: Policy, facts: Facts) -> Iterator[Room]:
    """限额余额: each cap that the policy has, with what the earlier aid of person and household used of it."""
    claimed = sum((claim.granted for claim in facts.earlier_claims), ZERO)
    used = {
        "per_claim": ZERO,
        "per_year": max(facts.granted_this_year, claimed),
        "per_life": max(facts.granted_total, facts.granted_this_year, claimed),
        "household_per_year": max(facts.household_this_year, facts.granted_this_year, claimed),
    }
    for name, (zh, en) in CAPS.items():
        if (cap := policy.cap(name)) is not None:
            yield Room(policy.row("caps", name), zh, en, cap, used[name])


def had(earlier: Earlier) -> Facts:
    """Facts of a claim that say nothing but what was had before."""
    return Facts(
        earlier_claims=earlier.claims,
        granted_this_year=earlier.this_year,
        granted_total=earlier.total,
        household_this_year=earlier.household_this_year,
        fund_left=earlier.fund_left,
    )
