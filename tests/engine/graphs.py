"""Roads that nobody wrote: grown from a seed out of every kind of step, and the walk of our engine over any road."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from cases.programme import programmes
from workflows.engine.parts import branches
from workflows.flow import Graph, GraphEdge, GraphNode, graph
from workflows.rules.conditions import (
    AWARD_LEFT,
    NOTICE_AFTER_URGENT,
    PAYOUT_WAITS,
    READER_MISSING,
    AmountOver,
    OutcomeIs,
    RoadFacts,
)
from workflows.rules.opinions import settles

ROLES = ("A", "B", "C", "")


class Grown:
    """A road grown from a seed: blocks one after the other, some side by side, some left out by policy."""

    def __init__(self, seed: int, size: int = 6) -> None:
        self.luck = random.Random(seed)
        self.nodes = [GraphNode("start", "收到", "start")]
        self.edges: list[GraphEdge] = []
        self.loose = [("start", "", "", "forward")]
        self.count = 0
        self._blocks(size, depth=0)
        self._end("closed")
        if any(edge.dst == "refused" for edge in self.edges):
            self.nodes.append(GraphNode("refused", "不予", "end", state="REJECTED"))

    def graph(self) -> Graph:
        """The finished road."""
        return Graph(tuple(self.nodes), tuple(self.edges))

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _node(self, name: str, kind: str, **more: object) -> None:
        self.nodes.append(GraphNode(name, f"第 {self.count} 步 {kind}", kind, **more))  # type: ignore[arg-type]
        for source, exit, label, way in self.loose:
            self.edges.append(GraphEdge(source, name, exit, label, way))
        self.loose = []

    def _blocks(self, size: int, depth: int) -> None:
        earlier: list[str] = []
        for _turn in range(size):
            beside = self._fork if depth < 2 else self._step
            block = self.luck.choice([self._step, self._step, self._wait, self._job, beside, self._route])
            block(earlier, depth)

    def _step(self, earlier: list[str], depth: int) -> None:
        name = self._name("step")
        of = self.luck.choice([1, 1, 1, 3])
        several = {
            "of": of,
            "needs": self.luck.choice([2, 3]) if of > 1 else 1,
            "veto": of > 1 and self.luck.random() < 0.4,
        }
        switched = self.luck.random() < 0.3
        self._node(name, "step", role=self.luck.choice(ROLES[:3]), optional=switched, days_key="review", **several)
        self.loose = [(name, "agree", "同意", "forward")]
        if self.luck.random() < 0.3:
            self.loose.append((name, "disagree", "不同意，报上级定", "forward"))
        backs = self.luck.sample(earlier, min(len(earlier), self.luck.choice([0, 0, 1, 2])))
        self.edges += [GraphEdge(name, back, "return", "退回", "return") for back in backs]
        if depth == 0 and self.luck.random() < 0.3:
            self.edges.append(GraphEdge(name, "refused", "reject", "不予", "end"))
        if earlier and self.luck.random() < 0.2:
            self.edges.append(GraphEdge(name, earlier[-1], "taken_back", "撤回", "fact"))
        earlier.append(name)

    def _wait(self, earlier: list[str], depth: int) -> None:
        name, lapses = self._name("wait"), self.luck.random() < 0.6
        self._node(name, "wait", lapses="late" if lapses else "", days_key="reply")
        self.loose = [(name, "answered", "已答复", "wait")]
        if lapses:
            self.loose.append((name, "late", "逾期", "wait"))
        if earlier and self.luck.random() < 0.4:
            self.edges.append(GraphEdge(name, earlier[0], "again", "再来", "wait"))
        earlier.append(name)

    def _job(self, earlier: list[str], depth: int) -> None:
        name = self._name("job")
        self._node(name, "job")
        self.loose = [(name, "done", "已完成", "wait")]
        if self.luck.random() < 0.5:
            self.loose.append((name, "failed", "没有办成", "fact"))
        if earlier and self.luck.random() < 0.5:
            self.edges.append(GraphEdge(name, earlier[0], "skipped", "跳过", "fact"))
        earlier.append(name)

    def _fork(self, earlier: list[str], depth: int) -> None:
        name = self._name("fork")
        self._node(name, "fork")
        ends = []
        for _branch in range(self.luck.choice([2, 2, 3])):
            self.loose = [(name, "", "", "forward")]
            self._step([], depth + 1)
            self._blocks(self.luck.choice([0, 1]), depth + 1)
            ends += self.loose
        self.loose = ends
        self._node(self._name("join"), "join")
        self.loose = [(f"join{self.count}", "", "", "forward")]
        earlier.append(name)

    def _route(self, earlier: list[str], depth: int) -> None:
        name = self._name("route")
        self._node(name, "route")
        steps = [node.name for node in self.nodes if node.kind == "step"]
        asked = self.luck.choice(
            [AmountOver("limit"), OutcomeIs(steps[0], "agree")] if steps else [AmountOver("limit")]
        )
        beside = self._name("step")
        self.nodes.append(GraphNode(beside, "另一步", "step", role="B"))
        self.edges.append(GraphEdge(name, beside, "way1", asked.expression, "forward", asked))
        self.loose = [(name, "else", "", "forward"), (beside, "agree", "同意", "forward")]
        earlier.append(name)

    def _end(self, name: str) -> None:
        self._node(name, "end", state="CLOSED")


@dataclass
class Walk:
    """A way through a road: what was answered at which step, and what stood open before each answer and at the end."""

    data: dict[str, object]
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    open: list[list[str]] = field(default_factory=list)


class Walker:
    """Our engine's rules over the canonical graph, without a database: tokens, joins, levels, routes by data."""

    def __init__(self, drawn: Graph, luck: random.Random, most: int = 40) -> None:
        self.drawn, self.luck, self.most = drawn, luck, most
        self.nodes = {node.name: node for node in drawn.nodes}
        self.order = {name: position for position, name in enumerate(self.nodes)}
        self.branch = branches(drawn)
        self.leaving: dict[str, list[GraphEdge]] = {name: [] for name in self.nodes}
        for edge in drawn.edges:
            self.leaving[edge.src].append(edge)
        self.level = {name: luck.random() < 0.6 for name, node in self.nodes.items() if node.optional}
        self.amount = luck.choice([5, 500])
        apart = random.Random(str(luck.getstate()))  # the ways of roads without such questions stay as they are
        self.so = {name: apart.random() < 0.5 for name in (AWARD_LEFT, NOTICE_AFTER_URGENT, PAYOUT_WAITS)}
        self.so[READER_MISSING] = False  # what never changes during a walk would lead round
        self.outcomes: dict[str, str] = {}
        self.said: dict[str, list[str]] = {}
        self.at: list[str] = []
        self.come: dict[str, list[str]] = {}

    def walk(self) -> Walk:
        """One random way from the start until nothing is open; after a while it only goes forward."""
        levels = {f"level_{name}": on for name, on in self.level.items()}
        made = Walk(
            {**levels, **self.so, "amount": self.amount, "limit": 100, **{f"{name}_outcome": "" for name in self.nodes}}
        )
        self._arrive(self.drawn.nodes[0].name, self.leaving[self.drawn.nodes[0].name][0].dst)
        while self.at:
            made.open.append(sorted(self.at))
            name = self.luck.choice(self.at)
            ways = self.leaving[name]
            onward = [edge for edge in ways if self.order[edge.dst] > self.order[name]]
            edge = self.luck.choice(onward if onward and len(made.answers) > self.most else ways)
            made.answers.append((name, edge.exit, edge.dst))
            self.outcomes[name] = edge.exit
            if self._settles(name, edge):
                self.at = [other for other in self.at if other != name]
                self.said.pop(name, None)
                self._arrive(name, edge.dst)
            else:
                self.at.remove(name)
        made.open.append([])
        return made

    def _settles(self, name: str, edge: GraphEdge) -> bool:
        """Whether this answer is the one that counts where several people are asked."""
        node, earlier = self.nodes[name], self.said.setdefault(name, [])
        agree = self.leaving[name][0].exit
        if node.of == 1 or edge.kind == "fact":
            return True
        over = settles(edge.exit, earlier, of=node.of, needs=node.needs, veto=node.veto, agree=agree)
        earlier.append(edge.exit)
        return over

    def _arrive(self, source: str, name: str) -> None:
        node = self.nodes[name]
        if node.kind in ("step", "wait", "job"):
            if node.optional and not self.level[name]:
                return self._arrive(name, next(edge.dst for edge in self.leaving[name] if edge.exit == "agree"))
            return self.at.extend([name] * node.of)
        if node.kind == "fork":
            for edge in self.leaving[name]:
                self._arrive(name, edge.dst)
        elif node.kind == "route":
            facts = RoadFacts(Decimal(self.amount), self.outcomes, lambda key: Decimal(100), self.so.__getitem__)
            way = next(edge for edge in self.leaving[name] if edge.condition is None or edge.condition.holds(facts))
            self._arrive(name, way.dst)
        elif node.kind == "join":
            door = f"{source}.{name}" if self.nodes[source].kind == "fork" else self.branch[source]
            self.come.setdefault(name, []).append(door)
            fork = door.split(".")[0]
            if len(self.come[name]) == len(self.leaving[fork]):
                del self.come[name]
                self._arrive(name, self.leaving[name][0].dst)
        return None


def roads() -> Iterator[tuple[str, Graph]]:
    """Every programme's roads, and some that were grown."""
    for programme in programmes():
        for version, road in programme.roads.items():
            yield f"{programme.slug}_{version}", graph(road)
    for seed in range(14):
        yield f"grown_{seed}", Grown(seed).graph()
