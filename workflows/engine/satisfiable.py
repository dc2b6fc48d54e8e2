"""Can the duties of a road be kept at all (职责可满足): contradictions between what its steps declare, and too few people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

Fault = tuple[str, str, str]


def faults(flow_class: Any) -> Iterator[Fault]:
    """What contradicts itself in one road, whoever works there: (what, how to mend, code)."""
    steps = _steps(flow_class)
    for name, node in steps.items():
        yield from _unknown(name, node, steps)
        yield from _same_and_apart(name, node, steps)
        yield from _several(name, node)
    for circle in _circles(steps):
        yield (
            f"{' -> '.join(circle)} go on with each other in a circle",
            "Name in same_as only steps that come earlier.",
            "relief.E033",
        )


def too_few(flow_class: Any, people_of: Callable[[str], set[Any]]) -> Iterator[Fault]:
    """Steps that ask for more different people than hold their role, or a role that it is lifted to, anywhere.

    `people_of` answers who holds a role or may get its steps. Steps of one role that all keep each other apart need a person
    for each seat of each of them.
    """
    by_role: dict[str, dict[str, Any]] = {}
    for name, node in _steps(flow_class).items():
        by_role.setdefault(node.role, {})[name] = node
    for role, nodes in by_role.items():
        there = len(people_of(role))
        group, needed = _largest_apart(nodes)
        if there < needed:
            yield (
                f"{', '.join(group)} ask for {needed} different people of role {role}, and {there} hold it",
                "Appoint more people, or keep fewer steps of one role apart.",
                "relief.E036",
            )


def _steps(flow_class: Any) -> dict[str, Any]:
    nodes = {name: getattr(flow_class, name) for name in flow_class.reading_order}
    return {name: node for name, node in nodes.items() if getattr(node, "human", False)}


def _unknown(name: str, node: Any, steps: Mapping[str, Any]) -> Iterator[Fault]:
    for other in node.same_as:
        if other not in steps or other == name:
            yield (
                f"{name} goes on with {other}, which is no other step for a person",
                "Name an earlier step of this road in same_as.",
                "relief.E030",
            )


def _same_and_apart(name: str, node: Any, steps: Mapping[str, Any]) -> Iterator[Fault]:
    """Whoever goes on with a step is not kept apart from it by name, group, level or another step he goes on with."""
    for other in node.same_as:
        if other not in steps or other == name:
            continue
        if other in node.excludes:
            yield (
                f"{name} is done by the doer of {other} and by anybody but him",
                "Take it out of same_as, or out of not_by and the conflict groups.",
                "relief.E031",
            )
        elif _are_neighbours(node, steps[other]):
            yield (
                f"{name} and {other} stand on neighbouring levels, which are never one person",
                "Take same_as off, or give them levels that are no neighbours.",
                "relief.E032",
            )


def _several(name: str, node: Any) -> Iterator[Fault]:
    """A step for several people can be settled, by one agreement and ways against it that have reasons."""
    if not 1 <= node.needs <= node.of:
        yield (f"{name} needs {node.needs} of {node.of} opinions", "Say needs= from 1 to of=.", "relief.E034")
    if node.of == 1:
        return
    against = [exit.name for exit in list(node.exits.values())[1:] if not exit.needs_reason]
    if against or node.same_as:
        yield (
            f"{name} asks {node.of} people and has {', '.join(against) or 'same_as'} beside its agreement",
            "Declare the agreement first, ways against it with reasons after it, and no same_as.",
            "relief.E035",
        )


def _are_neighbours(one: Any, other: Any) -> bool:
    return one.level is not None and other.level is not None and abs(one.level - other.level) == 1


def _circles(steps: Mapping[str, Any]) -> list[list[str]]:
    """Steps that go on with each other in a circle, each circle once."""
    found: dict[frozenset[str], list[str]] = {}
    for start in steps:
        path = [start]
        while True:
            following = [other for other in steps[path[-1]].same_as if other in steps]
            if not following or following[0] in path:
                break
            path.append(following[0])
        if following and following[0] in path and len(path) > 1:
            circle = path[path.index(following[0]) :]
            found.setdefault(frozenset(circle), circle)
    return list(found.values())


def _largest_apart(nodes: Mapping[str, Any]) -> tuple[tuple[str, ...], int]:
    """Of steps of one role the group that keeps all of its steps apart from each other and needs most people."""
    best: tuple[tuple[str, ...], int] = ((), 0)
    for size in range(1, len(nodes) + 1):
        for group in combinations(nodes, size):
            apart = all(
                other in nodes[one].excludes or _are_neighbours(nodes[one], nodes[other])
                for one, other in combinations(group, 2)
            )
            needed = sum(nodes[name].of for name in group)
            if apart and needed > best[1]:
                best = (group, needed)
    return best
