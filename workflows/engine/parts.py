"""What a road is in BPMN (图元): its steps, and the gateways and events that stand around them so that every engine reads it alike.

A step is entered through a merge (several ways come) and a switch (the policy may leave it out), and left through a decision
(several exits), a timer (its time limit ends it), a message (something outside does)
or an error (the machine's answer is no). No gateway both joins and divides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cases.text import named

TASK, GATE, EVENT = (120, 80), (50, 50), (36, 36)
TAGS = {
    "start": "startEvent", "step": "userTask", "wait": "receiveTask", "end": "endEvent", "job": "serviceTask",
    "fork": "parallelGateway", "join": "parallelGateway", "route": "exclusiveGateway",
}  # fmt: skip
SIZES = {"start": EVENT, "end": EVENT, "fork": GATE, "join": GATE, "route": GATE}
XOR = "exclusiveGateway"
FAILED = "failed"
"""The way out of a job whose answer is no: an error in BPMN."""
RESERVED = ("merge", "switch", "decision")
"""What ids of gateways end in: no exit may be called so."""


@dataclass(frozen=True, slots=True)
class Part:
    """图元: one element of the file. `node` is the step it belongs to, `host` the one whose border an event sits on.

    kind: the kind of its node, or merge, switch, decision, timer, message, error.
    """

    id: str
    kind: str
    tag: str
    name: str
    node: Any
    size: tuple[int, int] = GATE
    host: str = ""


@dataclass(slots=True)
class Flow:
    """顺序流: one arrow of the file; `edge` is the way of the road that it stands for, if it is one."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    is_default: bool = False
    edge: Any = None


@dataclass(slots=True)
class Parts:
    """The elements of a road in reading order, their arrows, and the lane of each."""

    parts: list[Part] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lane: dict[str, str] = field(default_factory=dict)


def parts_of(graph: Any) -> Parts:
    """图元: the canonical graph in elements of BPMN; ids are made of the names of its nodes, the same each time."""
    return _Parts(graph).found


class _Parts:
    def __init__(self, graph: Any) -> None:
        self.nodes = {node.name: node for node in graph.nodes}
        self.leaving: dict[str, list[Any]] = {name: [] for name in self.nodes}
        for edge in graph.edges:
            self.leaving[edge.src].append(edge)
        self.branch = branches(graph)
        self.role = _lanes(graph)
        self.entering = self._entering()
        self.found = Parts()
        for node in graph.nodes:
            self._node(node)
        self.found.lane = {part.id: self.role[part.node.name] for part in self.found.parts}

    # --- who comes from where
    def _skips(self, node: Any) -> str:
        """Where the road goes on when the policy leaves out this step."""
        return str(next(edge.dst for edge in self.leaving[node.name] if edge.exit == "agree"))

    def _entering(self) -> dict[str, dict[str, int]]:
        """How many arrows come to each node, for a join counted by branch."""
        count: dict[str, dict[str, int]] = {name: {} for name in self.nodes}
        for name, node in self.nodes.items():
            targets = [edge.dst for edge in self.leaving[name]] + ([self._skips(node)] if node.optional else [])
            for target in targets:
                door = self._door(name, target)
                count[target][door] = count[target].get(door, 0) + 1
        return count

    def _door(self, source: str, target: str) -> str:
        """A join is entered once by each branch, everything else by one door."""
        if self.nodes[target].kind != "join":
            return ""
        if self.nodes[source].kind == "fork":
            return f"{source}.{target}"
        return self.branch[source]

    def _entry(self, source: str, target: str) -> str:
        """The element at which an arrow to a node arrives."""
        node, door = self.nodes[target], self._door(source, target)
        if self.entering[target][door] > 1 and (node.kind != "join" or len(self.entering[target]) > 1):
            return _merge(target, door)
        return f"{target}.switch" if node.optional else target

    # --- one node
    def _node(self, node: Any) -> None:
        for door, times in self.entering[node.name].items():
            if times > 1 and (node.kind != "join" or len(self.entering[node.name]) > 1):
                merge = _merge(node.name, door)
                self._part(Part(merge, "merge", XOR, "", node))
                self._flow(merge, f"{node.name}.switch" if node.optional else node.name)
        if node.optional:
            self._switch(node)
        self._part(Part(node.name, node.kind, TAGS[node.kind], str(node.title), node, SIZES.get(node.kind, TASK)))
        ordinary = [edge for edge in self.leaving[node.name] if not self._event_of(node, edge)]
        for edge in self.leaving[node.name]:
            kind = self._event_of(node, edge)
            if kind:
                event = f"{node.name}.{edge.exit}"
                self._part(Part(event, kind, "boundaryEvent", str(edge.label), node, EVENT, host=node.name))
                self._flow(event, self._entry(node.name, edge.dst), edge=edge)
        self._exits(node, ordinary)

    def _event_of(self, node: Any, edge: Any) -> str:
        """timer, error or message, where this way is no answer of whoever does the step; only beside such an answer."""
        ways = self.leaving[node.name]
        if sum(other.exit == edge.exit for other in ways) > 1:
            return ""
        if node.lapses and edge.exit == node.lapses and len(ways) > 1:
            return "timer"
        if edge.kind != "fact" or node.kind not in ("step", "job") or all(other.kind == "fact" for other in ways):
            return ""
        return "error" if node.kind == "job" and edge.exit == FAILED else "message"

    def _switch(self, node: Any) -> None:
        switch = f"{node.name}.switch"
        self._part(Part(switch, "switch", XOR, _("办“%(step)s”吗？") % {"step": node.title}, node))
        self._flow(switch, node.name, name=_("启用"), condition=f"level_{node.name} == True")
        beyond = self._skips(node)
        self._flow(switch, self._entry(node.name, beyond), name=_("未启用"), condition=f"level_{node.name} == False")

    def _exits(self, node: Any, edges: list[Any]) -> None:
        source = node.name
        if node.kind in ("fork", "route") or len(edges) < 2:
            for edge in edges:
                self._flow(source, self._entry(node.name, edge.dst), edge=edge, **_routed(node, edge))
            return
        decision = f"{node.name}.decision"
        self._part(Part(decision, "decision", XOR, _("“%(step)s”的结果") % {"step": node.title}, node))
        self._flow(node.name, decision)
        for edge in edges:
            words = _answer(edge, edges)
            self._flow(
                decision, self._entry(node.name, edge.dst), edge=edge, name=self._words(edge, edges), condition=words
            )

    def _words(self, edge: Any, edges: list[Any]) -> str:
        """The label of a way, with its target where one exit leads to several."""
        several = sum(other.exit == edge.exit for other in edges) > 1
        return named(edge.label, self.nodes[edge.dst].title) if several else str(edge.label)

    def _part(self, part: Part) -> None:
        self.found.parts.append(part)

    def _flow(self, source: str, target: str, edge: Any = None, **more: Any) -> None:
        way = f".{edge.exit}" if edge is not None and edge.exit and not source.endswith(f".{edge.exit}") else ""
        self.found.flows.append(Flow(f"{source}{way}-{target}", source, target, edge=edge, **more))


def _merge(name: str, door: str) -> str:
    return f"{name}.merge.{door}" if door else f"{name}.merge"


def _answer(edge: Any, edges: list[Any]) -> str:
    words = f'outcome == "{edge.exit}"'
    several = sum(other.exit == edge.exit for other in edges) > 1
    return f'{words} and to_step == "{edge.dst}"' if several else words


def _routed(node: Any, edge: Any) -> dict[str, Any]:
    if node.kind != "route":
        return {}
    if edge.condition is None:
        return {"is_default": True, "name": _("其他情况")}
    return {"condition": edge.condition.expression, "name": str(edge.label)}


def branches(graph: Any) -> dict[str, str]:
    """支路: of each node the branch that it stands on, as <fork>.<first step>, of nested ones the innermost; "" outside."""
    kinds = {node.name: node.kind for node in graph.nodes}
    leaving: dict[str, list[str]] = {name: [] for name in kinds}
    for edge in graph.edges:
        leaving[edge.src].append(edge.dst)
    start = next(iter(kinds))
    seen: dict[str, tuple[str, ...]] = {start: ()}
    todo = [start]
    while todo:
        name = todo.pop()
        inside = seen[name]
        for target in leaving[name]:
            path = (*inside, f"{name}.{target}") if kinds[name] == "fork" else inside
            path = path[:-1] if kinds[target] == "join" else path
            if target not in seen:
                seen[target] = path
                todo.append(target)
    return {name: path[-1] if path else "" for name, path in seen.items()}


def _lanes(graph: Any) -> dict[str, str]:
    """The role whose lane each node stands in; what belongs to nobody stands where the road comes from."""
    kinds = {node.name: node.kind for node in graph.nodes}
    lane = {node.name: node.role for node in graph.nodes}
    came_from: dict[str, str] = {}
    for edge in graph.edges:
        came_from.setdefault(edge.dst, edge.src)
    for name, kind in kinds.items():
        if kind in ("fork", "join", "route", "job") and not lane[name]:
            lane[name] = lane.get(came_from.get(name, ""), "")
    return lane
