"""Structural faults of a road as system-check errors: flow, step and mend in the message (流程检查)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import Error, register

from cases import states
from cases.access.reference import known_roles
from cases.programme import programmes
from workflows.engine import satisfiable, sides, told
from workflows.engine.parts import RESERVED
from workflows.engine.sides import Fault

AUTOMATIC = ("fork", "join", "route", "job")


@register()
def check_flows(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Every registered road is whole: reachable, with exits, ends, known states, roles and duties."""
    return [
        Error(f"{name}: {text}", hint=mend, id=code)
        for card in programmes()
        for name, found in road_faults(card)
        for text, mend, code in found
    ]


def road_faults(card: Any) -> Iterator[tuple[str, list[Fault]]]:
    """Each road of a programme by its name, with its faults; first the programme itself."""
    from workflows.flow import graph

    if card.road not in card.roads:
        yield (
            card.slug,
            [(f"road {card.road!r} is not among its roads", "Set road= to a key of roads.", "relief.E001")],
        )
    for version, flow_class in card.roads.items():
        yield f"{card.slug}/{version}", list(faults(flow_class, graph(flow_class)))


def faults(flow_class: Any, drawn: Any) -> Iterator[Fault]:
    """The faults of one road: (what, how to mend, code)."""
    foreign = [node.name for node in drawn.nodes if not node.kind]
    foreign += [name for name in flow_class._nodes_by_name if name not in flow_class.reading_order]
    for name in foreign:
        yield (
            f"{name} is a node of viewflow itself",
            "Write it in the words of workflows.steps; a time limit is days= and .Lapses().",
            "relief.E011",
        )
    starts = [node.name for node in drawn.nodes if node.kind == "start"]
    if len(starts) != 1:
        many = f" but {len(starts)} ({', '.join(starts)})" if starts else ""
        yield f"has no one start{many}", "Begin the road once with received = steps.receive().Next(...).", "relief.E002"
    if foreign or len(starts) != 1:
        return
    yield from _nodes(drawn)
    yield from _ways(drawn, starts[0])
    yield from sides.faults(drawn)
    yield from _rounds(flow_class, drawn)
    yield from _ids(drawn)
    for name in flow_class.reading_order:
        yield from _duties(name, getattr(flow_class, name), flow_class.reading_order)
        yield from _declared(name, getattr(flow_class, name))
        yield from told.faults(name, getattr(flow_class, name))
    yield from satisfiable.faults(flow_class)


def _nodes(drawn: Any) -> Iterator[Fault]:
    roles, leaving = known_roles(), {edge.src for edge in drawn.edges}
    for node in drawn.nodes:
        if node.kind != "end" and node.name not in leaving:
            yield f"{node.name} has no way out", "Give it an Exit with a target.", "relief.E003"
        if node.kind == "step" and not node.role:
            yield f"{node.name} names no role", 'Say by="..." on the step.', "relief.E004"
        if node.role and node.role not in roles:
            yield f"{node.name} is for {node.role!r}, which is no role", "Use a code of the roles.", "relief.E004"
        if node.kind in ("step", "wait", "job", "end") and node.state not in states.STATES:
            yield (
                f"{node.name} sets no known case state ({node.state!r})",
                "Use a code of cases/states.py.",
                "relief.E005",
            )
        if node.kind in ("step", "wait") and not node.days_key:
            yield (
                f"{node.name} has no time limit, so nobody answers for its being late",
                'Say days="..." with a key of the policy.',
                "relief.E016",
            )


def _ways(drawn: Any, start: str) -> Iterator[Fault]:
    onward: dict[str, set[str]] = {node.name: set() for node in drawn.nodes}
    back: dict[str, set[str]] = {node.name: set() for node in drawn.nodes}
    for edge in drawn.edges:
        onward[edge.src].add(edge.dst)
        back[edge.dst].add(edge.src)
    reached = _reach({start}, onward)
    finishing = _reach({node.name for node in drawn.nodes if node.kind == "end"}, back)
    for name in onward:
        if name not in reached:
            yield f"{name} cannot be reached", "Lead an exit to it or delete it.", "relief.E006"
        elif name not in finishing:
            yield f"{name} never comes to an end", "Lead some exit to an end of the road.", "relief.E007"
    for (src, exit, dst), times in Counter((edge.src, edge.exit, edge.dst) for edge in drawn.edges).items():
        if times > 1:
            way = f"{src}.{exit}" if exit else src
            yield f"{way} leads {times} times to {dst}", "Name each target of an exit once.", "relief.E014"


def _rounds(flow_class: Any, drawn: Any) -> Iterator[Fault]:
    """A round that nobody and nothing outside holds up would go on for ever in one transaction."""
    skipped = {node.name for node in drawn.nodes if getattr(getattr(flow_class, node.name), "optional", False)}
    by_itself: dict[str, set[str]] = {node.name: set() for node in drawn.nodes}
    for node in drawn.nodes:
        for edge in drawn.edges:
            if edge.src == node.name and (node.kind in AUTOMATIC or (node.name in skipped and edge.exit == "agree")):
                by_itself[node.name].add(edge.dst)
    round_ = [name for name in by_itself if name in _reach(by_itself[name], by_itself)]
    if round_:
        yield (
            f"{', '.join(round_)} lead round to themselves and nobody decides in between",
            "Put a step or a wait that is always on into the round.",
            "relief.E015",
        )


def _ids(drawn: Any) -> Iterator[Fault]:
    """The exported file calls what stands around a step by its exits, beside names of its own."""
    for edge in drawn.edges:
        if edge.exit in RESERVED:
            yield f"{edge.src} has an exit {edge.exit}, which names a gateway of the file", "Rename it.", "relief.E017"


def _duties(name: str, node: Any, names: Iterable[str]) -> Iterator[Fault]:
    for other in getattr(node, "not_by", ()):
        if other not in names:
            yield (
                f"{name} excludes the decider of {other}, which is no step",
                "Name a step of this road.",
                "relief.E009",
            )


def _declared(name: str, node: Any) -> Iterator[Fault]:
    exits = getattr(node, "exits", {})
    if getattr(node, "optional", False) and "agree" not in exits:
        yield f"{name} is optional but has no exit agree", "An optional level is passed by its Agree().", "relief.E008"
    if getattr(node, "lapses", "") and (node.lapses not in exits or not node.days_key):
        yield (
            f"{name} lapses into {node.lapses!r} without such an exit or without days",
            "Add .On(...) and days=.",
            "relief.E010",
        )
    for exit in exits.values():
        if exit.state and exit.state not in states.STATES:
            yield (
                f"{name}.{exit.name} sets no known case state ({exit.state!r})",
                "Use a code of cases/states.py.",
                "relief.E005",
            )
    if getattr(node, "kind", "") == "job" and "done" not in exits:
        yield f"{name} is a job without an exit done", "Add .Done(...).", "relief.E018"
    if any(exit.message for exit in exits.values()) and not node.role:
        yield f"{name} takes messages and names no role that may send them", 'Say by="...".', "relief.E019"
    if hasattr(node, "otherwise") and (node.otherwise is None or not node.ways):
        yield (
            f"{name} does not say where to go for every answer",
            "Give the route .When(condition, ...) and .Else(...).",
            "relief.E012",
        )


def _reach(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for following in ways[todo.pop()]:
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen
