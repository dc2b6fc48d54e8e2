"""The follow-up of the shipped policies (回访): examples, which an office replaces by its own rules."""

from __future__ import annotations

from typing import Any

from cases.policy.rules import Row


def follow_up(*, money: bool) -> tuple[Row, ...]:
    """回访: everybody by phone, three of ten at home; the `money` is asked about where it goes to the family itself."""
    return (
        _row("phone", {"share": 100}, 1, "电话回访的比例", "Share called by phone"),
        _row("home", {"share": 30}, 2, "抽签入户回访的比例", "Share visited at home, by lot"),
        _row("tries", {"count": 3}, 3, "没联系上至少试几次", "Tries before somebody counts as not reached"),
        _row("ask_received", {"on": True}, 4, "问收到没有", "Ask whether the help arrived"),
        _row("ask_amount", {"on": money}, 5, "问收到多少钱", "Ask how much arrived"),
        _row("ask_satisfied", {"on": True}, 6, "问满意程度", "Ask how content they are"),
        _row("ask_fee", {"on": True}, 7, "问有没有人要过钱物", "Ask whether anybody demanded something"),
    )


def _row(key: str, value: dict[str, Any], position: int, zh: str, en: str) -> Row:
    return Row("follow_up", key, value, position, "示例第 23 条", zh, en)
