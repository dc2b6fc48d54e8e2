"""Written together or one by one: after every step the rows of our engine are those of plain viewflow on the same graph."""

from dataclasses import dataclass
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from viewflow.this_object import this
from viewflow.workflow import flow
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import no_lock
from viewflow.workflow.models import Process, Task

from cases.history import unit
from tests.two_step.roads import v1 as home
from workflows import steps
from workflows.engine import tokens
from workflows.models import RunProcess, RunTask

_names = count(1)
_step = st.just(("step",))
_blocks = st.recursive(
    st.lists(_step, min_size=1, max_size=2),
    lambda inner: st.lists(
        st.one_of(
            _step,
            st.tuples(st.just("route"), st.booleans(), inner, inner),
            st.tuples(st.just("fork"), st.lists(inner, min_size=2, max_size=3)),
        ),
        min_size=1,
        max_size=3,
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Fixed:
    """A condition whose answer is known."""

    answer: bool
    expression: str = "True"
    policy_keys: tuple[str, ...] = ()

    def holds(self, facts):
        return self.answer


class Quiet:
    """What a flow is asked by our nodes, with nothing behind it."""

    def entered(self, activation): ...

    def ended(self, activation): ...

    def passed(self, activation, node):
        return node

    def facts(self, activation):
        return None


OURS = {
    "start": lambda to: steps.receive().Next(to),
    "step": lambda to: steps.review("看", by="CTY1", state="INTAKE").Agree(to),
    "route": lambda yes, one, other: steps.route("分").When(Fixed(yes), one).Else(other),
    "fork": lambda branches: steps.fork("并").To(*branches),
    "join": lambda to: steps.join("合").Next(to),
    "end": lambda: steps.end("完", state="CLOSED"),
}
STOCK = {
    "start": lambda to: flow.StartHandle(lambda activation: None).Next(to),
    "step": lambda to: flow.View(None).Next(to),
    "route": lambda yes, one, other: flow.If(lambda activation: yes).Then(one).Else(other),
    "fork": lambda branches: _split(flow.Split(), branches),
    "join": lambda to: flow.Join().Next(to),
    "end": lambda: flow.End(),
}


def _split(node, branches):
    for branch in branches:
        node = node.Next(branch)
    return node


def drawn(blocks, words):
    """The nodes of a graph, in the words of one engine."""
    nodes, number = {}, count(1)

    def put(node):
        name = f"n{next(number)}"
        nodes[name] = node
        return getattr(this, name)

    def line(part, to):
        for block in reversed(part):
            if block[0] == "step":
                to = put(words["step"](to))
            elif block[0] == "route":
                to = put(words["route"](block[1], line(block[2], to), line(block[3], to)))
            else:
                join = put(words["join"](to))
                to = put(words["fork"]([line(branch, join) for branch in block[1]]))
        return to

    nodes["start"] = words["start"](line(blocks, this.end))
    nodes["end"] = words["end"]()
    return nodes


def flow_of(blocks, words, bases, **settled):
    name = f"Drawn{next(_names)}"  # viewflow finds a flow again by the name of its class in a module of an app
    made = type(name, bases, {**settled, **drawn(blocks, words), "lock_impl": no_lock, "__module__": home.__name__})
    setattr(home, name, made)
    return made


def begin(flow_class):
    activation = flow_class.start.activation_class.create(flow_class.start, None, None)
    activation.process.data = {}
    activation.process.save()
    activation.execute()
    return activation.process.pk


def rows(process_pk):
    """The tasks by node with status, token, owner and times, the arrows, and the process."""
    tasks = {task.pk: task for task in Task.objects.filter(process_id=process_pk)}
    name = {pk: task.flow_task.name for pk, task in tasks.items()}
    assert len(set(name.values())) == len(name)

    def words(token):
        parts = str(token).split("/")
        return [parts[0], *(f"{name[int(part.split('_')[0])]}_{part.split('_')[1]}" for part in parts[1:])]

    stand = {
        name[pk]: (task.status, task.flow_task_type, words(task.token), task.owner_id, bool(task.finished))
        for pk, task in tasks.items()
    }
    arrows = {
        (name[edge.to_task_id], name[edge.from_task_id])
        for edge in Task.previous.through.objects.filter(from_task_id__in=tasks)
    }
    process = Process.objects.get(pk=process_pk)
    return stand, arrows, process.status, bool(process.finished)


def open_at(process_pk):
    found = Task.objects.filter(process_id=process_pk, flow_task_type="HUMAN", status="NEW")
    return {task.flow_task.name: task for task in found}


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(blocks=_blocks, data=st.data())
def test_on_any_road_the_rows_are_those_of_plain_viewflow_after_every_step(cast, blocks, data):
    mine = flow_of(blocks, OURS, (Quiet, Flow), process_class=RunProcess, task_class=RunTask)
    stock = flow_of(blocks, STOCK, (Flow,))
    with transaction.atomic():
        theirs = begin(stock)
        with unit.opened() as writes:
            ours = begin(mine)
            writes.flush()
        while todo := sorted(open_at(theirs)):
            assert rows(ours) == rows(theirs)
            name = data.draw(st.sampled_from(todo), label="who is next")
            by = cast[data.draw(st.sampled_from(["xiji_intake", "xiji_review"]), label="by")]
            there = open_at(theirs)[name]
            activation = there.flow_task.activation_class(there)
            activation.assign(user=by)
            activation.start(None)
            activation.execute()
            with unit.opened() as writes:
                with tokens.held(ours) as live:
                    task = next(task for task in live.values() if task.flow_task.name == name)
                    task.flow_task.activation_class(task).leave(by=by, exit_name="agree")
                writes.flush()
        assert rows(ours) == rows(theirs)
        assert rows(ours)[2] == "DONE"
        transaction.set_rollback(True)
