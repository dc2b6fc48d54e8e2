"""Branches that run side by side (并行): every one begins at its fork, comes to one join, and is entered and left nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Fault = tuple[str, str, str]
"""What is wrong, how to mend it, and its code."""

Scope = tuple[tuple[str, int], ...]
"""The forks that a node stands inside, outermost first, each with the number of the branch."""

MEND = "Lead every branch to one join and enter or leave it nowhere else; a way back starts behind the join."
CODE = "relief.E013"
WEIGH = ("fork", "join")


def faults(drawn: Any) -> Iterator[Fault]:
    """A branch that leaves its fork, is jumped into, ends inside it, or does not come to the one join of its fork."""
    kinds = {node.name: node.kind for node in drawn.nodes}
    inside = _scopes(drawn, kinds)
    came: dict[str, dict[str, set[int]]] = {name: {} for name in inside if kinds[name] == "fork"}
    for name, kind in kinds.items():
        if kind == "end" and inside.get(name):
            yield f"{name} ends the case inside the branches of {inside[name][-1][0]}", MEND, CODE
    for edge, scope in _ways(drawn, kinds, inside):
        if kinds[edge.dst] == "join":
            if not scope:
                yield f"{edge.src} comes to the join {edge.dst} from no fork", "Begin with steps.fork().", CODE
                continue
            fork, branch = scope[-1]
            came[fork].setdefault(edge.dst, set()).add(branch)
            scope = scope[:-1]
        if inside[edge.dst] != scope:
            way = f"{edge.src}.{edge.exit}" if edge.exit else edge.src
            whose = [fork for fork, _branch in {*scope} ^ {*inside[edge.dst]}]
            yield (
                f"{way} leads to {edge.dst} across the border of a branch of {min(whose, default=edge.src)}",
                MEND,
                CODE,
            )
    for fork, joins in came.items():
        yield from _meeting(fork, joins, [edge.dst for edge in drawn.edges if edge.src == fork])


def _ways(drawn: Any, kinds: dict[str, str], inside: dict[str, Scope]) -> Iterator[tuple[Any, Scope]]:
    """Each arrow that can be walked, with the forks that one stands inside on it."""
    numbers = dict.fromkeys(kinds, 0)
    for edge in drawn.edges:
        if edge.src in inside:
            branch = ((edge.src, numbers[edge.src]),) if kinds[edge.src] == "fork" else ()
            numbers[edge.src] += 1
            yield edge, inside[edge.src] + branch


def _scopes(drawn: Any, kinds: dict[str, str]) -> dict[str, Scope]:
    """Where each node stands: a fork says it of the first step of its branches, a join of what is behind it."""
    inside: dict[str, Scope] = {name: () for name, kind in kinds.items() if kind == "start"}
    said_by: dict[str, str] = {}
    for _turn in kinds:  # what one node says reaches the farthest in at most as many turns as there are nodes
        for edge, scope in list(_ways(drawn, kinds, inside)):
            if kinds[edge.dst] == "join":
                scope = scope[:-1]
            weighs = kinds[edge.src] in WEIGH
            before = said_by.get(edge.dst, "")
            if edge.dst not in inside or before == edge.src or (weighs and before and kinds[before] not in WEIGH):
                inside[edge.dst], said_by[edge.dst] = scope, edge.src
    return inside


def _meeting(fork: str, joins: dict[str, set[int]], branches: list[str]) -> Iterator[Fault]:
    if len(branches) < 2:
        yield f"{fork} has fewer than two branches", "Name each branch in .To(...), or leave the fork out.", CODE
    if len(joins) > 1:
        yield f"the branches of {fork} come to different joins ({', '.join(sorted(joins))})", MEND, CODE
    arrived = set().union(*joins.values()) if joins else set()
    for number, branch in enumerate(branches):
        if number not in arrived:
            yield f"the branch {branch} of {fork} comes to no join", MEND, CODE
