"""Conditions of gateways (条件): data that answers yes or no about the facts of a case, and says itself in BPMN's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RoadFacts:
    """办件事实: what a gateway may ask about: the amount (yuan), how each step was left last, amounts of the policy, what is so."""

    amount: Decimal
    outcomes: Mapping[str, str]
    threshold: Callable[[str], Decimal]
    is_so: Callable[[str], bool] = lambda name: False


class Condition(Protocol):
    """条件: `holds` for the facts of a case; `expression` is the same in Python, over the names `variables`."""

    @property
    def expression(self) -> str: ...

    @property
    def policy_keys(self) -> tuple[str, ...]: ...

    def holds(self, facts: RoadFacts) -> bool: ...


@dataclass(frozen=True, slots=True)
class AmountOver:
    """金额超过: the amount is more than a threshold of the policy (`eligibility` row `key`, yuan)."""

    key: str

    @property
    def expression(self) -> str:
        return f"amount > {self.key}"

    @property
    def policy_keys(self) -> tuple[str, ...]:
        return (self.key,)

    def holds(self, facts: RoadFacts) -> bool:
        return facts.amount > facts.threshold(self.key)


@dataclass(frozen=True, slots=True)
class OutcomeIs:
    """上一步结果: a step was left last by this exit; a step never reached was left by none."""

    step: str
    outcome: str

    @property
    def expression(self) -> str:
        return f'{self.step}_outcome == "{self.outcome}"'

    @property
    def policy_keys(self) -> tuple[str, ...]:
        return ()

    def holds(self, facts: RoadFacts) -> bool:
        return facts.outcomes.get(self.step) == self.outcome


AWARD_LEFT, NOTICE_AFTER_URGENT, PAYOUT_WAITS = "award_left", "urgent_notice", "payout_waits"
READER_MISSING = "reader_missing"
"""What may be so of a case: some of its award was not paid ahead (急难); the policy asks for a notice of what was; a
payment that is set aside or came back waits for its grant; another expert has to read first."""


@dataclass(frozen=True, slots=True)
class Is:
    """情况属实: something is so of the case; the names are the constants of this module."""

    name: str

    @property
    def expression(self) -> str:
        return self.name

    @property
    def policy_keys(self) -> tuple[str, ...]:
        return ()

    def holds(self, facts: RoadFacts) -> bool:
        return facts.is_so(self.name)
