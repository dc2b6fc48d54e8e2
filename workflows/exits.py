"""Named exits (出口): what every node has that somebody or something leaves by one way of several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from viewflow.this_object import this
from viewflow.workflow.base import Edge
from viewflow.workflow.nodes.view import View

from cases.policy.rules import Policy
from workflows.engine.activations import StepActivation
from workflows.gateways import Arrow

Effect = Callable[..., None]


@dataclass(frozen=True)
class Exit:
    """出口: one way out of a step. `reasons` names the policy section of its reason codes ("" = none asked).

    kind: forward, return (back to a chosen earlier step), wait (for somebody outside), ask (another person's word, after
    which the same step goes on; only where the policy has that level), urgent (急难: to one person ahead of the road; only
    where the policy has that level and a limit for it), end, and fact (not for a person to choose:
    something outside the road does it). `needs_words` says that the opinion itself is what is passed on.
    """

    name: str
    label: Any
    kind: str = "forward"
    nodes: tuple[Any, ...] = ()
    reasons: str = ""
    state: str = ""
    pauses: bool = False
    resumes: bool = False
    needs_words: bool = False
    message: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the steps that this exit may lead to."""
        return tuple(node.name for node in self.nodes)

    @property
    def needs_reason(self) -> bool:
        """A decision against or back needs a coded reason and an opinion of ten characters."""
        return bool(self.reasons)

    def is_offered(self, policy: Policy) -> bool:
        """Whether the policy lets somebody take this way out: who is asked must be a level that is switched on."""
        if self.kind == "urgent" and policy.cap("urgent") is None:
            return False
        return self.kind not in ("ask", "urgent") or policy.level_on(self.targets[0])

    @property
    def needs_opinion(self) -> bool:
        """Whether this way out says nothing without words."""
        return self.needs_reason or self.needs_words


class WithExits(View):  # type: ignore[misc]
    """A node with named exits; what Step and Wait share."""

    activation_class = StepActivation
    human = True
    kind = "human"
    since = ""
    escalates = True

    def __init__(self, title: Any, *, state: str = "", days: str = "") -> None:
        super().__init__(None)
        self.task_title = title
        self.state = state
        self.days_key = days
        self.lapses = ""
        self.exits: dict[str, Exit] = {}
        self.effects: dict[str, Effect] = {}
        self._owner_permission_obj = None
        self._owner_permission = "workflows.nobody"  # stock viewflow pages must never offer it to everyone

    @property
    def title(self) -> Any:
        """The step's name as staff read it."""
        return self.task_title

    def Exit(
        self,
        name: str,
        *targets: Any,
        label: Any = "",
        kind: str = "forward",
        reasons: str = "",
        state: str = "",
        effect: Effect | None = None,
        pauses: bool = False,
        resumes: bool = False,
        needs_words: bool = False,
        message: bool = False,
    ) -> Any:
        """Add a way out. No target means that the case stays at this step and only takes the exit's `state`.

        `pauses` stops the clock of the step there, `resumes` lets it go on. A `message` may come from another system, and early.
        """
        self.exits[name] = Exit(
            name, label or name, kind, targets, reasons, state, pauses, resumes, needs_words, message
        )
        if effect:
            self.effects[name] = effect
        return self

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.exits = {
            name: replace(exit, nodes=tuple(this.resolve(instance, node) for node in exit.nodes))
            for name, exit in self.exits.items()
        }

    def _outgoing(self) -> Iterator[Edge]:
        for exit in self.exits.values():
            for node in exit.nodes:
                yield Edge(src=self, dst=node, edge_class=exit.kind, label=str(exit.label))

    def arrows(self) -> list[Arrow]:
        """Every way from here: one for each target of each exit."""
        return [Arrow(exit.name, exit.label, exit.kind, node) for exit in self.exits.values() for node in exit.nodes]

    def way(self, activation: Any) -> Any:
        """The node behind the exit that the task was left by, past levels that are switched off."""
        data = activation.task.data
        exit = self.exits[data["exit"]]
        if not exit.nodes:
            raise LookupError(f"{self.name}: exit {exit.name} leads nowhere")
        node = next((node for node in exit.nodes if node.name == data["to"]), None) if data["to"] else exit.nodes[0]
        if node is None:
            raise LookupError(f"{self.name}: exit {exit.name} does not lead to {data['to']!r}")
        return self.flow_class.instance.passed(activation, node)
