"""Structural faults of a road as system-check errors: flow, step and mend in the message (流程检查)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register

from cases import states
from cases.programme import programmes


@register()
def check_flows(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Every registered road is whole: reachable, with exits, ends, known states, roles and effects."""
    from workflows.flow import graph

    found: list[Error] = []
    for card in programmes():
        if card.road not in card.roads:
            found.append(
                Error(
                    f"{card.slug}: road {card.road!r} is not among its roads",
                    hint="Set road= to a key of roads.",
                    id="relief.E001",
                )
            )
        for version, flow_class in card.roads.items():
            name = f"{card.slug}/{version}"
            found += [
                Error(f"{name}: {text}", hint=mend, id=code)
                for text, mend, code in faults(flow_class, graph(flow_class))
            ]
    return found


def faults(flow_class: Any, drawn: Any) -> Iterator[tuple[str, str, str]]:
    """The faults of one road: (what, how to mend, code)."""
    names = [node.name for node in drawn.nodes]
    if not [node for node in drawn.nodes if node.kind == "start"]:
        yield "has no start", "Begin the road with received = steps.receive().Next(...).", "relief.E002"
        return
    outgoing: dict[str, set[str]] = {name: set() for name in names}
    for edge in drawn.edges:
        outgoing[edge.src].add(edge.dst)
    for node in drawn.nodes:
        if node.kind != "end" and not outgoing[node.name]:
            yield f"{node.name} has no way out", "Give it an Exit with a target.", "relief.E003"
        if node.kind == "step" and not node.role:
            yield f"{node.name} names no role", 'Say by="..." on the step.', "relief.E004"
        if node.kind in ("step", "wait", "end") and node.state not in states.STATES:
            yield (
                f"{node.name} sets no known case state ({node.state!r})",
                "Use a code of cases/states.py.",
                "relief.E005",
            )
    start = next(node.name for node in drawn.nodes if node.kind == "start")
    reached = _reach({start}, outgoing)
    for name in names:
        if name not in reached:
            yield f"{name} cannot be reached", "Lead an exit to it or delete it.", "relief.E006"
    ends = {node.name for node in drawn.nodes if node.kind == "end"}
    incoming: dict[str, set[str]] = {name: set() for name in names}
    for edge in drawn.edges:
        incoming[edge.dst].add(edge.src)
    finishing = _reach(ends, incoming)
    for name in reached - finishing:
        yield f"{name} never comes to an end", "Lead some exit to an end of the road.", "relief.E007"
    yield from _step_faults(flow_class, names)


def _step_faults(flow_class: Any, names: list[str]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        node = getattr(flow_class, name)
        if getattr(node, "optional", False) and "agree" not in node.exits:
            yield (
                f"{name} is optional but has no exit agree",
                "An optional level is passed by its Agree().",
                "relief.E008",
            )
        for other in getattr(node, "not_by", ()):
            if other not in names:
                yield (
                    f"{name} excludes the decider of {other}, which is no step",
                    "Name a step of this road.",
                    "relief.E009",
                )
        if getattr(node, "lapses", "") and (node.lapses not in node.exits or not node.days_key):
            yield (
                f"{name} lapses into {node.lapses!r} without such an exit or without days",
                "Add .On(...) and days=.",
                "relief.E010",
            )


def _reach(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for following in ways[todo.pop()]:
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen
