"""SpiffWorkflow as a judge: it runs an exported file with the answers of a walk and says what stands open each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.util.task import TaskState

from workflows.flow import Graph


class Machine(UserTask):  # type: ignore[misc]
    """A service task that waits for its answer, as it does where a worker does it."""


class Parser(BpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser for a host whose machine answers later."""

    OVERRIDE_PARSER_CLASSES = {full_tag("serviceTask"): (TaskParser, Machine)}


LIVE = TaskState.READY | TaskState.WAITING
NOT_YET, OVER = "9000-01-01T00:00:00+08:00", "2000-01-01T00:00:00+08:00"


def _name(task: Any) -> str:
    """The step of a task; of one of several people at it, the step that they share."""
    return str(task.task_spec.name.removesuffix(" [child]"))


class Run:
    """One case in SpiffWorkflow, from an exported file."""

    def __init__(self, key: str, text: str, drawn: Graph, data: Mapping[str, Any]) -> None:
        parser = Parser()
        parser.add_bpmn_io(BytesIO(text.encode()))
        self.kinds = {node.name: node.kind for node in drawn.nodes}
        self.lapses = {node.name: node.lapses for node in drawn.nodes if node.lapses}
        # what is known of the case is one for all branches; an answer belongs to the token that is at the step
        self.facts = {**data, **{f"{name}_due": NOT_YET for name in self.lapses}}
        self.several = {
            node.name: next(edge.exit for edge in drawn.edges if edge.src == node.name)
            for node in drawn.nodes
            if node.of > 1
        }
        for name in self.several:
            self._nobody_said(name)
        engine = PythonScriptEngine(environment=TaskDataEnvironment(self.facts))
        self.workflow = BpmnWorkflow(parser.get_spec(key), script_engine=engine)
        self.workflow.do_engine_steps()

    @property
    def open(self) -> list[str]:
        """The steps that somebody or something has to end, by name."""
        names = (_name(task) for task in self._live())
        return sorted(name for name in names if self.kinds.get(name) in ("step", "wait", "job"))

    @property
    def is_over(self) -> bool:
        """Whether the case has ended."""
        return bool(self.workflow.completed)

    def _live(self) -> Iterable[Any]:
        return self.workflow.get_tasks(state=LIVE)

    def _task(self, name: str) -> Any:
        return next(task for task in self._live() if _name(task) == name)

    def answer(self, step: str, outcome: str, to_step: str) -> None:
        """The step is left by that way: by whoever does it, by its time limit, or by something outside."""
        events = {task.task_spec.name: task for task in self._live()}
        event = events.get(f"{step}.{outcome}")
        task = event or self._task(step)
        if event is not None and self.lapses.get(step) == outcome:
            event._set_internal_data(event_value=OVER)
        elif event is not None or self.kinds[step] == "wait":
            task.task_spec.catch(task, BpmnEvent(task.task_spec.event_definition, {}))
        if task.state == TaskState.WAITING:
            task.task_spec._update(task)
        self.facts[f"{step}_outcome"] = outcome
        if step in self.several:
            self.facts[f"{step}_agreed" if outcome == self.several[step] else f"{step}_against"] += 1
        task.set_data(outcome=outcome, to_step=to_step)
        if event is None and task.state == TaskState.READY:
            task.run()
        self.workflow.do_engine_steps()
        self._forget_joined()
        if step in self.several and (step not in self.open or event is not None):
            self._nobody_said(step)

    def _nobody_said(self, step: str) -> None:
        """Opinions are counted anew each time that several people are asked."""
        self.facts |= {f"{step}_agreed": 0, f"{step}_against": 0}

    def _forget_joined(self) -> None:
        """SpiffWorkflow keeps what came to a join in earlier rounds, and would count it again after a return."""
        for name in (name for name, kind in self.kinds.items() if kind == "join"):
            came = self.workflow.get_tasks(spec_name=name)
            fired = max((task.last_state_change for task in came if task.state == TaskState.COMPLETED), default=0)
            for task in came:
                if task.state == TaskState.CANCELLED and task.last_state_change <= fired:
                    self.workflow._remove_task(task.id)


def replay(
    key: str, text: str, drawn: Graph, data: Mapping[str, Any], answers: Iterable[tuple[str, str, str]]
) -> tuple[list[list[str]], bool]:
    """What stood open before each answer and at the end, and whether the case was over then."""
    run = Run(key, text, drawn, data)
    seen = [run.open]
    for step, outcome, to_step in answers:
        run.answer(step, outcome, to_step)
        seen.append(run.open)
    return seen, run.is_over
