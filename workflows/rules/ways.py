"""What the drawing of a road says of a place on it (流程图上的位置): what comes before it for certain, which branch it is in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

STOPS = ("step", "wait", "job")
"""Kinds of nodes at which a case stands."""

Path = tuple[tuple[str, str], ...]
"""The forks around a place, outermost first, each with the first step of the branch that it is in."""


def before(drawn: Any, target: str) -> list[str]:
    """必经环节: the steps that no way from the start to this place goes round, in reading order.

    A join is reached only when all its branches have come, so the steps of both branches come before it.
    """
    return [
        node.name
        for node in drawn.nodes
        if node.kind in STOPS and node.name != target and target not in reached(drawn, without={node.name})
    ]


def without(drawn: Any, kind: str) -> Any:
    """少一种出口的路: the drawing without the exits of a kind, and without the places that nothing else leads to."""
    edges = [edge for edge in drawn.edges if edge.kind != kind]
    found = {node.name for node in drawn.nodes if node.kind == "start"}
    grew = True
    while grew:
        more = {edge.dst for edge in edges if edge.src in found} - found
        grew, found = bool(more), found | more
    return replace(
        drawn,
        nodes=tuple(node for node in drawn.nodes if node.name in found),
        edges=tuple(edge for edge in edges if edge.src in found),
    )


def reached(drawn: Any, *, without: Collection[str] = ()) -> set[str]:
    """Every node that a case can come to while it never stands at these."""
    kinds, inside = _kinds(drawn), paths(drawn)
    doors: dict[str, dict[Path, set[str]]] = {name: {} for name in kinds}
    for edge in drawn.edges:
        door = _along(edge, kinds, inside) if kinds[edge.dst] == "join" else ()
        doors[edge.dst].setdefault(door, set()).add(edge.src)
    found = {name for name, kind in kinds.items() if kind == "start"}
    grew = True
    while grew:
        arrived = {
            name
            for name, entered in doors.items()
            if name not in found and name not in without and entered
            and all(sources & found for sources in entered.values())
        }  # fmt: skip
        grew = bool(arrived)
        found |= arrived
    return found


def paths(drawn: Any) -> dict[str, Path]:
    """所在分支 of every place: the forks around it, outermost first, each with the first step of the branch; () outside."""
    kinds = _kinds(drawn)
    found: dict[str, Path] = {name: () for name, kind in kinds.items() if kind == "start"}
    todo = list(found)
    while todo:
        name = todo.pop()
        for edge in drawn.edges:
            if edge.src == name and edge.dst not in found:
                along = _along(edge, kinds, found)
                found[edge.dst] = along[:-1] if kinds[edge.dst] == "join" else along
                todo.append(edge.dst)
    return found


def branch_of(drawn: Any, name: str) -> Path:
    """所在分支: the forks around a place, outermost first, each with the first step of the branch; () outside every fork."""
    return paths(drawn).get(name, ())


def within(drawn: Any, path: Path) -> set[str]:
    """Every place of a branch, those of the branches inside it too; of () every place."""
    return {name for name, inside in paths(drawn).items() if inside[: len(path)] == path}


def join_behind(drawn: Any, path: Path) -> str:
    """汇合处: the join that this branch leads to."""
    return str(next(dst for dst, along in _arrivals(drawn) if along == path))


def join_of(drawn: Any, fork: str) -> str:
    """汇合处: the join at which the branches of this fork meet."""
    return str(next(dst for dst, along in _arrivals(drawn) if along[-1][0] == fork))


def first_stops(drawn: Any, name: str) -> set[str]:
    """Where a case may stand at once when it is put at this place: the place itself, or what is behind its gateway."""
    kinds, found, todo = _kinds(drawn), set(), [name]
    while todo:
        one = todo.pop()
        if kinds[one] in STOPS:
            found.add(one)
        elif kinds[one] in ("fork", "route"):
            todo += [edge.dst for edge in drawn.edges if edge.src == one]
    return found


def _arrivals(drawn: Any) -> list[tuple[str, Path]]:
    kinds, inside = _kinds(drawn), paths(drawn)
    return [(edge.dst, _along(edge, kinds, inside)) for edge in drawn.edges if kinds[edge.dst] == "join"]


def _along(edge: Any, kinds: dict[str, str], inside: dict[str, Path]) -> Path:
    """The branch on which one walks along an arrow."""
    here = inside.get(edge.src, ())
    return (*here, (edge.src, edge.dst)) if kinds[edge.src] == "fork" else here


def _kinds(drawn: Any) -> dict[str, str]:
    return {node.name: node.kind for node in drawn.nodes}
