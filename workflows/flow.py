"""ReliefFlow: the base of every road, and the questions that others ask of a road."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.base import Flow, Node

from cases.access.queries import who_may
from cases.errors import Refusal
from cases.history.record import current
from workflows import gateways, steps
from workflows.declared import exclude_both_ways, exits_of, policy_keys_of, referenced
from workflows.engine.locks import CaseLock, locks_with
from workflows.rules.conditions import Condition, RoadFacts


def _lock_case_of(process_pk: int) -> bool:
    from cases.dossier.models import Case

    act = current()
    if act is not None and ("locked", process_pk) in act.held:  # read under the lock of its case by this very act
        return True
    rows = Case.objects.select_for_update(no_key=True).filter(run__process_id=process_pk)
    return rows.values_list("pk", flat=True).first() is not None


locks_with(_lock_case_of)


class ReliefFlow(Flow):  # type: ignore[misc]
    """救助流程: lock, history and authority of every road; has no nodes of its own.

    A road is a plain class; nodes are never inherited (engine.md P13), a changed road is a new class in roads/v2.py.
    """

    lock_impl = CaseLock()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        for base in cls.__mro__[1:]:
            inherited = [name for name, value in vars(base).items() if isinstance(value, Node)]
            if inherited:
                raise TypeError(f"{cls.__name__}: roads are not inherited; {base.__name__} already has {inherited[0]}")
        from workflows.models import RunProcess, RunTask

        cls.process_class, cls.task_class = RunProcess, RunTask
        for source, name in referenced(cls):
            if name not in vars(cls) and name not in steps.ENDS:
                raise TypeError(
                    f"{cls.__name__}: {source} leads to {name}, which is no step of this road. "
                    f"Write that step, or name one that is there or an end: {', '.join(steps.ENDS)}."
                )
            if name not in vars(cls):
                setattr(cls, name, steps.ENDS[name]())
        cls.reading_order = tuple(name for name, value in vars(cls).items() if isinstance(value, Node))
        super().__init_subclass__(**kwargs)
        exclude_both_ways(cls)
        cls.needs_notice = "publicity_closed" in exits_of(cls)
        cls.policy_keys = policy_keys_of(cls)

    reading_order: tuple[str, ...] = ()
    needs_notice: bool = True
    policy_keys: dict[str, tuple[str, ...]] = {}

    def entered(self, activation: Any) -> None:
        """A step was reached: the case takes its state and the work is offered."""
        from workflows import offers

        offers.offer(activation)

    def dropped(self, activation: Any) -> None:
        """A step was cancelled: its work is withdrawn with its timers."""
        from workflows import offers

        offers.withdraw(activation)

    def ended(self, activation: Any) -> None:
        """An end was reached: the case takes its state and is closed."""
        from workflows import offers

        offers.close(activation)

    def facts(self, activation: Any) -> RoadFacts:
        """What a gateway may ask about the case."""
        from workflows import offers

        return offers.road_facts(activation.process)

    def passed(self, activation: Any, node: Any) -> Any:
        """The step to go to: past optional levels that the pinned policy has switched off."""
        from workflows import offers

        while getattr(node, "optional", False) and not offers.level_on(activation.process, node.name):
            node = node.exits["agree"].nodes[0]
        return node


@dataclass(frozen=True)
class GraphNode:
    """One box of the picture."""

    name: str
    title: Any
    kind: str
    role: str = ""
    state: str = ""
    days_key: str = ""
    level: int | None = None
    of: int = 1
    needs: int = 1
    veto: bool = False
    optional: bool = False
    lapses: str = ""
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class GraphEdge:
    """One arrow of the picture."""

    src: str
    dst: str
    exit: str
    label: Any
    kind: str
    condition: Condition | None = None


@dataclass(frozen=True)
class Graph:
    """流程图: nodes in reading order and their arrows; what the picture, BPMN and the checks read."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    @cached_property
    def fingerprint(self) -> str:
        """指纹: the same for the same road in every language; another one when a node, a way or a condition changes."""
        boxes = [[getattr(node, name) for name in _NODE if name != "title"] for node in self.nodes]
        ways = [
            [edge.src, edge.dst, edge.exit, edge.kind, edge.condition.expression if edge.condition else ""]
            for edge in self.edges
        ]
        return sha256(json.dumps([boxes, ways]).encode()).hexdigest()


_NODE = [field.name for field in fields(GraphNode)]
_KINDS: list[tuple[type, str]] = [
    (steps.Receive, "start"),
    (steps.Step, "step"),
    (steps.Job, "job"),
    (steps.Wait, "wait"),
    (gateways.Fork, "fork"),
    (gateways.Join, "join"),
    (gateways.Route, "route"),
    (steps.End, "end"),
]


@cache
def graph(flow_class: Any) -> Graph:
    """The canonical graph of a road."""
    nodes, edges = [], []
    for name in flow_class.reading_order:
        node = getattr(flow_class, name)
        kind = next((word for cls, word in _KINDS if isinstance(node, cls)), "")
        if not kind:
            nodes.append(GraphNode(name, name, kind))
            continue
        nodes.append(
            GraphNode(
                name,
                node.title,
                kind,
                getattr(node, "role", ""),
                getattr(node, "state", ""),
                getattr(node, "days_key", ""),
                getattr(node, "level", None),
                getattr(node, "of", 1),
                getattr(node, "needs", 1),
                getattr(node, "veto", False),
                getattr(node, "optional", False),
                getattr(node, "lapses", ""),
                tuple(sorted(getattr(node, "excludes", ()))),
            )
        )
        edges += [
            GraphEdge(name, way.target.name, way.exit, way.label, way.kind, way.condition) for way in node.arrows()
        ]
    return Graph(tuple(nodes), tuple(edges))


class RoadGone(Refusal):
    """流程版本不在了: the code no longer has the version of the road that the case is on."""

    def __init__(self, flow: str) -> None:
        super().__init__(
            format_lazy(
                _("这件走的流程版本 {flow} 已不在程序里，现在不能办理。要装回这个版本，或把案卷换到新版本。"), flow=flow
            ),
            code="road_gone",
            status=409,
            who_may=who_may("plan.make", "64"),
        )


_GONE = steps.wait(_("（流程版本已不在程序里）"), state="")


def road_of(case: Any) -> Any:
    """The road (flow class) that a case is on; LookupError for a draft, RoadGone when the code no longer has it."""
    run = getattr(case, "run", None)
    if run is None:
        raise LookupError("a draft is on no road yet")
    road = _versions(run.flow).get(run.flow.partition("/")[2])
    if road is None:
        raise RoadGone(run.flow)
    return road


def _versions(flow: str) -> Mapping[str, Any]:
    """The versions of the road of this programme that the code has."""
    from cases.programme import programmes

    slug = flow.partition("/")[0]
    return next((card.roads for card in programmes() if card.slug == slug), {})


def step_named(case: Any, name: str) -> Any:
    """The step spec of that name on the road of a case, on another version of it that knew the step, or a stand-in.

    A list or a file shows what was done on a version that the code no longer has; nothing can be done there.
    """
    flow = case.run.flow
    known = _versions(flow)
    here = known.get(flow.partition("/")[2])
    return next((getattr(road, name) for road in (here, *known.values()) if hasattr(road, name)), _GONE)


def step_of(item: Any) -> Any:
    """The step spec of a work item."""
    return step_named(item.case, item.step)
