"""viewflow activations with our repairs: exits by name, work offered when a task is made, ends that close the case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, NoReturn

from django.utils.timezone import now
from viewflow.this_object import this
from viewflow.workflow.activation import Activation
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.join import JoinActivation as ViewflowJoinActivation
from viewflow.workflow.nodes.split import SplitActivation
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from workflows.engine import tokens


class OneWay(Activation):  # type: ignore[misc]
    """What all our activations share: an error undoes the whole act and leaves no trace of its data, evidence stays."""

    def exception_guard(self) -> nullcontext[None]:
        """viewflow's own would swallow the error behind a timer and store the locals of the failing frame."""
        return nullcontext()

    def undo(self) -> NoReturn:
        """viewflow's own would write over the time at which the task was done and open nothing."""
        raise TypeError(
            f"{self.flow_task.name} does not go back: a new attempt is made by an action, which keeps this one"
        )

    revive = undo


class StepActivation(OneWay, ViewActivation):  # type: ignore[misc]
    """A task that somebody or some fact finishes through a named exit; the exit stands in the task's data."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> StepActivation:
        activation: StepActivation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        flow_task.flow_class.instance.entered(activation)
        return activation

    @Activation.status.transition(source=STATUS.DONE)  # type: ignore[untyped-decorator]
    def create_next(self) -> Iterator[Any]:
        """Make the task behind the chosen exit."""
        target = self.flow_task.way(self)
        yield target._create(self, self.task.token)

    def leave(self, *, by: Any, exit_name: str, to: str = "") -> None:
        """Finish the task through one exit; `to` names the target where the exit has several."""
        self.task.data = {"exit": exit_name, "to": to}
        if self.task.status == STATUS.NEW:
            self.assign(user=by)
        self.start(request=None)
        self.execute()

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def cancel(self) -> None:
        """The task is over without an exit: its work is no longer offered and nothing of it fires."""
        super().cancel.original()
        self.flow_task.flow_class.instance.dropped(self)


class ReceiveActivation(OneWay, StartHandleActivation):  # type: ignore[misc]
    """The start of a road; the run row exists before it, so that the lock finds its case."""

    @Activation.status.transition(source=STATUS.DONE)  # type: ignore[untyped-decorator]
    def create_next(self) -> Iterator[Any]:
        """Make the first task, past levels that are switched off."""
        target = self.flow_task.flow_class.instance.passed(self, self.flow_task._next)
        yield target._create(self, self.task.token)


class ForkActivation(OneWay, SplitActivation):  # type: ignore[misc]
    """Every branch begins, each with its own token."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """All branches: none has a condition."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def create_next(self) -> Iterator[Any]:
        """Make the first task of each branch; one whose levels are all switched off comes straight to the join, last."""
        flow = self.flow_task.flow_class.instance
        firsts = [flow.passed(self, node) for node in self.flow_task.branches]
        waiting = [node for node in firsts if node.activation_class.type == "join"]
        tokens = Token.split_token_source(self.task.token, self.task.pk)
        for node in [*(node for node in firsts if node not in waiting), *waiting]:
            yield node._create(self, next(tokens))


class JoinActivation(OneWay, ViewflowJoinActivation):  # type: ignore[misc]
    """Waits until no task of its fork is open; the lock of the case lets one branch come at a time.

    What viewflow asks the database of each arrival, several times over, the live tasks of the move answer. One prefix is
    enough: `check_flows` lets a join have one fork.
    """

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> JoinActivation:
        """The join that waits already, or a new one with the token from before the fork."""
        open_here = tokens.still_open(prev_activation.process.pk)
        task = next((one for one in open_here if one.flow_task == flow_task), None)
        if task is None:
            base = token.get_base_split_token() if token.is_split_token() else token
            task = flow_task.flow_class.task_class(process=prev_activation.process, flow_task=flow_task, token=base)
            task.data, task.seed = data or {}, seed
            task.save()
        task.previous.add(prev_activation.task)
        activation: JoinActivation = cls(task)
        activation.prefix = prev_activation.task.token.get_common_split_prefix(task.token, prev_activation.task.pk)
        return activation

    def is_done(self) -> bool:
        """Whether no task of the fork is open."""
        prefix = getattr(self, "prefix", None) or next(iter(self._join_token_prefixes()))
        return not any(task.token.token.startswith(prefix) for task in tokens.still_open(self.process.pk))

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE, conditions=[this.is_done])  # type: ignore[untyped-decorator]
    def complete(self) -> None:
        """All have come."""
        super(ViewflowJoinActivation, self).complete.original()

    @Activation.status.transition(source=STATUS.DONE)  # type: ignore[untyped-decorator]
    def create_next(self) -> Iterator[Any]:
        """Make the task behind the join, past levels that are switched off."""
        target = self.flow_task.flow_class.instance.passed(self, self.flow_task._next)
        yield target._create(self, self.task.token)


class RouteActivation(OneWay):
    """Takes the first way whose condition holds; the way stands in the task's data."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """Ask the conditions in their order."""
        facts = self.flow_class.instance.facts(self)
        for arrow in self.flow_task.arrows():
            if arrow.condition is None or arrow.condition.holds(facts):
                self.task.data = {"exit": arrow.exit, "to": arrow.target.name}
                return
        raise LookupError(f"{self.flow_task.name}: no way fits and there is no Else")

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def create_next(self) -> Iterator[Any]:
        """Make the task behind the way that was taken."""
        arrow = next(way for way in self.flow_task.arrows() if way.exit == self.task.data["exit"])
        target = self.flow_task.flow_class.instance.passed(self, arrow.target)
        yield target._create(self, self.task.token)

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ERROR], target=STATUS.CANCELED)  # type: ignore[untyped-decorator]
    def cancel(self) -> None:
        """Nothing more goes this way."""
        self.task.finished = now()
        self.task.save()


class FinishActivation(OneWay, EndActivation):  # type: ignore[misc]
    """An end of the road: the case takes the end's state."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """Finish the process; by the states of its tasks, not by their times, and never over one that is still under way."""
        left = next((task for task in tokens.still_open(self.process.pk) if task.pk != self.task.pk), None)
        if left is not None:
            raise RuntimeError(
                f"{self.flow_task.name} is reached while the case is still at {left.flow_task.name} (task {left.pk})"
            )
        self.task.started = now()
        self.process.status, self.process.finished = PROCESS.DONE, now()
        self.process.save(update_fields=["status", "finished"])
        self.flow_task.flow_class.instance.ended(self)
