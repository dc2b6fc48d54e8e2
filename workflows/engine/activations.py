"""viewflow activations with our repairs: exits by name, work offered when a task is made, ends that close the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viewflow.workflow.activation import Activation
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import STATUS


class StepActivation(ViewActivation):  # type: ignore[misc]
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


class ReceiveActivation(StartHandleActivation):  # type: ignore[misc]
    """The start of a road; the run row exists before it, so that the lock finds its case."""

    @Activation.status.transition(source=STATUS.DONE)  # type: ignore[untyped-decorator]
    def create_next(self) -> Iterator[Any]:
        """Make the first task, past levels that are switched off."""
        target = self.flow_task.flow_class.instance.passed(self, self.flow_task._next)
        yield target._create(self, self.task.token)


class FinishActivation(EndActivation):  # type: ignore[misc]
    """An end of the road: the case takes the end's state."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> FinishActivation:
        activation: FinishActivation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        flow_task.flow_class.instance.ended(activation)
        return activation
