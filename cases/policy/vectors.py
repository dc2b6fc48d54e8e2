"""Test vectors (测试向量) of a version: stated facts are worked out and compared with what they should give."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy
from cases.text import listed

KEYS = ("amount", "waitlist", "rows")
Calculate = Callable[[str, Policy, Mapping[str, Any]], Mapping[str, Any]]
_calculate: list[Calculate] = []


def calculate_with(calculate: Calculate) -> None:
    """Give this room the calculator, which stands above it: programme, policy and facts in; amount, waitlist, rows out.

    It raises ValueError with a sentence for facts that cannot be right.
    """
    _calculate[:] = [calculate]


@dataclass(frozen=True, slots=True)
class Ran:
    """One vector that was run: what came out, and a sentence where that is not what should."""

    title: str
    facts: Mapping[str, Any]
    expected: Mapping[str, Any]
    got: Mapping[str, Any]
    fault: Any = ""
    pk: int | None = None

    @property
    def facts_json(self) -> str:
        """The facts as they are typed."""
        return json.dumps(self.facts, ensure_ascii=False)


def run(
    slug: str, policy: Policy, title: str, facts: Mapping[str, Any], expected: Mapping[str, Any], pk: int | None = None
) -> Ran:
    """Work out one vector. A policy that cannot be read, or facts that cannot be right, are a failure with a sentence."""
    try:
        got = _calculate[0](slug, policy, facts)
    except (ValueError, KeyError, TypeError) as fault:
        words = getattr(fault, "message_zh", "") or str(fault)
        return Ran(title, facts, expected, {}, format_lazy(_("算不出来：{words}"), words=words), pk)
    return Ran(title, facts, expected, got, _fault(expected, got), pk)


def _fault(expected: Mapping[str, Any], got: Mapping[str, Any]) -> Any:
    if Decimal(str(expected["amount"])) != Decimal(str(got["amount"])):
        words = _("应得 {wanted} 元，算出 {amount} 元。")
        return format_lazy(words, wanted=str(expected["amount"]), amount=str(got["amount"]))
    if "waitlist" in expected and expected["waitlist"] is not got["waitlist"]:
        return _("应轮候，没有轮候。") if expected["waitlist"] else _("不应轮候，却轮候了。")
    if "rows" in expected and set(expected["rows"]) != set(got["rows"]):
        return format_lazy(_("命中的条目是 {rows}。"), rows=listed(got["rows"]))
    return ""


def faults_of_expected(expected: Any) -> Any:
    """A sentence for an expectation that names no amount or a thing that nobody compares; "" when it is sound."""
    if not isinstance(expected, Mapping) or set(expected) - set(KEYS):
        return _("应得结果只能写 amount、waitlist 和 rows。")
    try:
        amount = Decimal(str(expected.get("amount")))
    except InvalidOperation:
        return _("请写应得多少元。")
    rows = expected.get("rows", [])
    if not amount.is_finite() or amount < 0 or not isinstance(expected.get("waitlist", False), bool):
        return _("请写应得多少元。")
    return (
        ""
        if isinstance(rows, list | tuple) and all(isinstance(one, str) for one in rows)
        else _("条目写成代码的列表。")
    )
