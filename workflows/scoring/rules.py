"""How experts score (评分): the policy's sheet, how many read, when a further one is asked, and what comes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy
from cases.text import round_fen


@dataclass(frozen=True, slots=True)
class Item:
    """评分项: one line of the sheet with the most points that it may get."""

    key: str
    name_zh: str
    name_en: str
    most: int


def items_of(policy: Policy) -> tuple[Item, ...]:
    """评分表 of a policy in its order; empty where experts give words alone."""
    return tuple(
        Item(row.key, str(row.value["name_zh"]), str(row.value["name_en"]), int(row.value["count"]))
        for row in policy.section("score_items")
    )


def readers_of(policy: Policy) -> int:
    """几人评分: how many experts read independently; one where the policy does not say."""
    return int(policy.setting("scoring", "readers", "count", 1))


def wanted(totals: Sequence[int], policy: Policy) -> int:
    """要几份: as many sheets as there are readers, and one more when their totals lie further apart than the limit."""
    readers, limit = readers_of(policy), policy.setting("scoring", "spread", "count")
    is_apart = limit is not None and 1 < readers <= len(totals) and spread(totals[:readers]) > limit
    return readers + is_apart


def spread(totals: Sequence[int]) -> int:
    """分差: the highest total less the lowest."""
    return max(totals) - min(totals)


@dataclass(frozen=True, slots=True)
class Summary:
    """评分结果: of all sheets together; `passes` is advice alone, None where the policy has no mark."""

    average: Decimal
    median: Decimal
    spread: int
    most: int
    passes: bool | None


def summary(totals: Sequence[int], policy: Policy) -> Summary:
    """The result of these totals; with three readers the median says more than the average."""
    middle = round_fen(Decimal(str(median(totals))))
    mark = policy.setting("scoring", "pass_mark", "count")
    return Summary(
        average=round_fen(Decimal(sum(totals)) / len(totals)), median=middle, spread=spread(totals),
        most=sum(item.most for item in items_of(policy)), passes=None if mark is None else middle >= mark,
    )  # fmt: skip


def faults_of(points: Mapping[str, Any], items: Sequence[Item]) -> dict[str, Any]:
    """A sentence for each item without a whole number of points from nought to its most; {} for a good sheet."""
    wrong = {item.key: item for item in items if not _fits(points.get(item.key), item.most)}
    return {f"score_{key}": format_lazy(_("请打 0 到 {most} 分的整数"), most=item.most) for key, item in wrong.items()}


def _fits(given: Any, most: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= most
