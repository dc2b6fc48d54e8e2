"""What the drawing of a road says of a place on it (流程图上的位置): what comes before it for certain, which branch it is in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

STOPS = ("step", "wait", "job")
"""Kinds of nodes at which a case stands."""


def before(drawn: Any, target: str) -> list[str]:
    """必经环节: the steps that no way from the start to this place goes round, in reading order.

    A join is reached only when all its branches have come, so the steps of both branches come before it.
    """
    return [
        node.name
        for node in drawn.nodes
        if node.kind in STOPS and node.name != target and target not in reached(drawn, without={node.name})
    ]


def reached(drawn: Any, *, without: Collection[str] = ()) -> set[str]:
    """Every node that a case can come to while it never stands at these."""
    incoming: dict[str, set[str]] = {node.name: set() for node in drawn.nodes}
    for edge in drawn.edges:
        incoming[edge.dst].add(edge.src)
    found = {node.name for node in drawn.nodes if node.kind == "start"}
    kinds = {node.name: node.kind for node in drawn.nodes}
    grew = True
    while grew:
        arrived = {
            name
            for name, sources in incoming.items()
            if name not in found and name not in without and sources
            and (sources <= found if kinds[name] == "join" else sources & found)
        }  # fmt: skip
        grew = bool(arrived)
        found |= arrived
    return found


def branch_of(drawn: Any, name: str) -> tuple[str, str] | None:
    """所在分支: the fork and the first step of the branch on which this place lies; None outside every fork."""
    kinds = {node.name: node.kind for node in drawn.nodes}
    for fork in (node.name for node in drawn.nodes if node.kind == "fork"):
        for first in (edge.dst for edge in drawn.edges if edge.src == fork):
            if name in _within(drawn, first, kinds):
                return fork, first
    return None


def join_behind(drawn: Any, name: str) -> str:
    """汇合处: the join that the branch of this place leads to."""
    kinds = {node.name: node.kind for node in drawn.nodes}
    place = branch_of(drawn, name)
    inside = _within(drawn, place[1], kinds) if place else set()
    return str(next(edge.dst for edge in drawn.edges if edge.src in inside and kinds[edge.dst] == "join"))


def _within(drawn: Any, first: str, kinds: dict[str, str]) -> set[str]:
    seen, todo = set(), [first]
    while todo:
        name = todo.pop()
        if name not in seen and kinds[name] != "join":
            seen.add(name)
            todo += [edge.dst for edge in drawn.edges if edge.src == name]
    return seen
