"""What an indicator scores, what a branch scores, and which way it goes (考核得分、走势): pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEW = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Indicator:
    """指标 as its set defines it: full points at `target`, none at `zero`, in percent; which of the two is larger says the direction."""

    code: str
    category: str
    weight: int
    target: Decimal
    zero: Decimal
    source: str

    @property
    def more_is_better(self) -> bool:
        """越高越好, else the less the better."""
        return self.target > self.zero

    def is_met(self, value: Decimal | None) -> bool:
        """达标."""
        return value is None or (value >= self.target if self.more_is_better else value <= self.target)


def percent(counted: int, base: int) -> Decimal | None:
    """比例 in percent with two decimals; None of nothing."""
    return (Decimal(100) * counted / base).quantize(FEW, ROUND_HALF_UP) if base else None


def score(indicator: Indicator, value: Decimal | None) -> Decimal | None:
    """得分: the weight at the target and beyond, nothing at zero and beyond, in between in proportion; None without a value."""
    if value is None:
        return None
    share = (value - indicator.zero) / (indicator.target - indicator.zero)
    return (min(Decimal(1), max(Decimal(0), share)) * indicator.weight).quantize(FEW, ROUND_HALF_UP)


def total(scores: Iterable[tuple[int, Decimal | None]]) -> Decimal | None:
    """总分 of a hundred, over the indicators that have a value: (weight, score) each."""
    counted = [(weight, one) for weight, one in scores if one is not None]
    weights = sum(weight for weight, _one in counted)
    if not weights:
        return None
    return (100 * sum((one for _weight, one in counted), Decimal(0)) / weights).quantize(FEW, ROUND_HALF_UP)


def trend(now: Decimal | None, before: Decimal | None, *, more_is_better: bool = True) -> str:
    """走势: better, worse, same, or "" when one of the two is not known."""
    if now is None or before is None:
        return ""
    if now == before:
        return "same"
    return "better" if (now > before) is more_is_better else "worse"
