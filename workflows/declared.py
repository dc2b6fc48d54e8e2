"""What a road declares of its steps, worked out once when it loads."""

from __future__ import annotations

from typing import Any

from viewflow.this_object import ThisObject

from cases.follow_up.rules import KEYS
from workflows.rules.conditions import NOTICE_AFTER_URGENT


def referenced(cls: type) -> list[tuple[str, str]]:
    """What the nodes of a road lead to, before viewflow resolves it: (node, the name that it leads to)."""
    found: list[tuple[str, str]] = []
    for source, value in vars(cls).items():
        targets = [node for exit in getattr(value, "exits", {}).values() for node in exit.nodes]
        targets += getattr(value, "branches", ())
        targets += [node for _condition, node in getattr(value, "ways", ())]
        targets += [getattr(value, "otherwise", None), getattr(value, "_next", None)]
        found += [(source, target.name) for target in targets if isinstance(target, ThisObject)]
    return found


def exclude_both_ways(cls: Any) -> None:
    """Who did one of two excluding steps may not do the other, in whichever order a return makes them come."""
    steps_here = {
        name: getattr(cls, name) for name in cls.reading_order if getattr(getattr(cls, name), "is_by_people", False)
    }
    for name, node in steps_here.items():
        named = {other for other, one in steps_here.items() if name in one.not_by}
        grouped = {other for other, one in steps_here.items() if set(one.conflict) & set(node.conflict)} - {name}
        node.excludes = frozenset(named | grouped | set(node.not_by))


def exits_of(cls: Any) -> set[str]:
    return {name for node in cls.reading_order for name in getattr(getattr(cls, node), "exits", {})}


def policy_keys_of(cls: Any) -> dict[str, tuple[str, ...]]:
    """What the road asks of a policy: time limits, switchable levels, the panel's quorum, how often and how many."""
    nodes = [getattr(cls, name) for name in cls.reading_order]
    always = {"review_request", "claim", "draft_kept", "head_start", "warning", "escalation"}
    days = {node.days_key for node in nodes if getattr(node, "days_key", "")} | always
    counts = {"opinion_characters"} | ({"public_list_minimum"} if cls.needs_notice else set())
    exits = exits_of(cls)
    if "supplement_answered" in exits:
        days |= {"supplement_extension", "tell_once"}
        counts.add("supplement_rounds")
    if any(getattr(node, "form", "") == "visit" for node in nodes):
        counts.add("home_visitors")
    if "objection_filed" in exits:
        days |= {"objection", "objection_extension"}
    if "payment_unknown" in exits:
        days.add("bank_result")
    asks_after = any(getattr(node, "follow_up", False) for node in nodes)
    levels = tuple(node.name for node in nodes if getattr(node, "optional", False))
    ways = [exit for node in nodes for exit in getattr(node, "exits", {}).values()]
    levels += tuple(target for exit in ways if exit.kind in ("ask", "urgent") for target in exit.targets)
    levels += (NOTICE_AFTER_URGENT,) if any(exit.kind == "urgent" for exit in ways) else ()
    levels = tuple(dict.fromkeys(levels))
    quorum = ("panel",) if "panel_agree" in exits else ()
    if any(exit.kind == "ask" for exit in ways):
        counts.add("expert_over")
    for node in nodes:
        counts |= {key for condition, _target in getattr(node, "ways", ()) for key in condition.policy_keys}
    return {
        "days": tuple(sorted(days)),
        "levels": levels,
        "quorum": quorum,
        "eligibility": tuple(sorted(counts)),
        "follow_up": KEYS if asks_after else (),
    }
