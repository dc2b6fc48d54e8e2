"""Whom the lot sends a visitor to (回访抽签), what a follow-up asks, and when it is done: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy

PHONE, HOME = "phone", "home"
KINDS = {PHONE: _("电话回访"), HOME: _("入户回访")}
LOTS = 10_000
ASKED = ("received", "amount", "satisfied", "fee")
KEYS = (PHONE, HOME, "tries", *(f"ask_{name}" for name in ASKED))
"""The rows of the section follow_up of a policy."""
PICK = _("请选择")


def lot(seed: str, kind: str, number: str) -> int:
    """抽签: the lot of one case, 0 to 9999, as the database draws it: anybody computes it again from what is kept."""
    return int(sha256(f"{seed}:{kind}:{number}".encode()).hexdigest()[:8], 16) % LOTS


def is_drawn(seed: str, kind: str, number: str, percent: int) -> bool:
    """抽中: the lot is among the first so many of a hundred."""
    return lot(seed, kind, number) < percent * LOTS // 100


def asked_by(policy: Policy) -> frozenset[str]:
    """问什么: received, amount, satisfied, fee, as the policy says."""
    return frozenset(name for name in ASKED if policy.setting("follow_up", f"ask_{name}", "on") is True)


@dataclass(frozen=True)
class Said:
    """回访结果: what one call or visit brought; nothing beside `reached` when nobody was reached."""

    kind: str
    reached: bool
    received: bool | None = None
    amount: Decimal | None = None
    satisfied: int | None = None
    fee: bool | None = None
    faults: Mapping[str, Any] = field(default_factory=dict)


def read(given: Mapping[str, Any], asked: Iterable[str]) -> Said:
    """What was given for one call or visit; `faults` name its fields as the page does (phone_reached)."""
    kind, reached, faults = str(given.get("kind")), given.get("reached"), {}
    if not isinstance(reached, bool):
        return Said(kind, False, faults={f"{kind}_reached": _("请选择联系上没有")})
    if not reached:
        return Said(kind, False)
    found: dict[str, Any] = {}
    for name, is_fit in (("received", _yes_no), ("satisfied", _grade), ("fee", _yes_no)):
        if name in asked:
            found[name] = given.get(name)
            if not is_fit(found[name]):
                faults[f"{kind}_{name}"] = PICK
    if "amount" in asked and found.get("received") is not False:
        found["amount"] = _yuan(given.get("amount"))
        if found["amount"] is None:
            faults[f"{kind}_amount"] = _("请写收到多少元")
    return Said(kind, True, **(found if not faults else {}), faults=faults)


def _yes_no(value: Any) -> bool:
    return isinstance(value, bool)


def _grade(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5


def _yuan(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    fits = found.is_finite() and 0 <= found < Decimal(10) ** 10 and found == round(found, 2)
    return round(found, 2) if fits else None


def owed(drawn: Iterable[str], settled: Iterable[str]) -> list[str]:
    """还欠的: the kinds that were drawn and are neither reached nor tried as often as the policy says."""
    done = set(settled)
    return [kind for kind in drawn if kind not in done]
