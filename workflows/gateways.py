"""Where a road divides and meets (网关): side by side (fork, join) and one way of several by data (route)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from viewflow.this_object import this
from viewflow.workflow.base import Edge, Node
from viewflow.workflow.nodes.join import Join as ViewflowJoin
from viewflow.workflow.nodes.split import Split

from workflows.engine.activations import ForkActivation, JoinActivation, RouteActivation
from workflows.rules.conditions import Condition


class Arrow(NamedTuple):
    """One way from a node: the name that it is left by, its words, its kind, the node behind it and the condition."""

    exit: str
    label: Any
    kind: str
    target: Any
    condition: Condition | None = None


class Fork(Split):  # type: ignore[misc]
    """并行开始: every branch begins at once and need not wait for the others; each must come to the same join."""

    activation_class = ForkActivation

    def __init__(self, title: Any) -> None:
        super().__init__()
        self.title = title
        self.branches: tuple[Any, ...] = ()

    def To(self, *targets: Any) -> Fork:
        """The first step of each branch, in reading order."""
        self.branches = targets
        return self

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.branches = tuple(this.resolve(instance, node) for node in self.branches)

    def _outgoing(self) -> Iterator[Edge]:
        for node in self.branches:
            yield Edge(src=self, dst=node, edge_class="forward")

    def arrows(self) -> list[Arrow]:
        """The ways from here."""
        return [Arrow("", "", "forward", node) for node in self.branches]


class Join(ViewflowJoin):  # type: ignore[misc]
    """并行汇合: goes on once, when every branch of its fork has come."""

    activation_class = JoinActivation

    def __init__(self, title: Any) -> None:
        super().__init__()
        self.title = title

    def arrows(self) -> list[Arrow]:
        """The one way on."""
        return [Arrow("", "", "forward", self._next)] if self._next is not None else []


class Route(Node):  # type: ignore[misc]
    """条件分支: the first way whose condition holds, else the last; decided by data at once, nobody waits here."""

    activation_class = RouteActivation
    task_type = "EXCLUSIVE_GATEWAY"
    bpmn_element = "exclusiveGateway"

    def __init__(self, title: Any) -> None:
        super().__init__()
        self.title = title
        self.ways: tuple[tuple[Condition, Any], ...] = ()
        self.otherwise: Any = None

    def When(self, condition: Condition, target: Any) -> Route:
        """A way that is taken when the condition holds and none before it did."""
        self.ways = (*self.ways, (condition, target))
        return self

    def Else(self, target: Any) -> Route:
        """The way when no condition holds."""
        self.otherwise = target
        return self

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.ways = tuple((condition, this.resolve(instance, node)) for condition, node in self.ways)
        self.otherwise = this.resolve(instance, self.otherwise) if self.otherwise is not None else None

    def _outgoing(self) -> Iterator[Edge]:
        for arrow in self.arrows():
            yield Edge(src=self, dst=arrow.target, edge_class=arrow.kind, label=str(arrow.label))

    def arrows(self) -> list[Arrow]:
        """The ways from here, in the order in which they are asked."""
        asked = [
            Arrow(f"way{number}", condition.expression, "forward", node, condition)
            for number, (condition, node) in enumerate(self.ways, start=1)
        ]
        return asked + ([Arrow("else", "", "forward", self.otherwise)] if self.otherwise is not None else [])


def fork(title: Any) -> Fork:
    """并行开始."""
    return Fork(title)


def join(title: Any) -> Join:
    """并行汇合."""
    return Join(title)


def route(title: Any) -> Route:
    """条件分支."""
    return Route(title)
