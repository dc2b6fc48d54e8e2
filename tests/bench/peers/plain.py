"""Plain viewflow as its own views work: lock, load, ask for permission, transition; bare or in our dress."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import now
from viewflow.workflow.models import Task

from tests.bench import side
from tests.bench.measure import Clock
from tests.bench.stock import PlainFlow
from tests.bench.world import COMMENT, people


class Plain:
    """One client on plain viewflow."""

    name, same = "plain viewflow, bare", False

    def __init__(self, seed: int) -> None:
        self.people = people()
        side.ON = self.same

    def case(self, clock: Clock) -> None:
        """One case from its start to its end."""
        with clock("start"):
            pk = start(self.people["preliminary"])
        todo = True
        while todo:
            todo = list(Task.objects.filter(process_id=pk, flow_task_type="HUMAN", status="NEW").order_by("pk"))
            for task in todo:
                by = self.people[task.flow_task.name]
                with clock("claim"):
                    claim(pk, task.pk, by)
                with clock(f"complete {task.flow_task.name}"):
                    complete(pk, task.pk, by)

    def close(self) -> None:
        """Nothing is held."""


class PlainSame(Plain):
    """The same with our history, duties and side rows."""

    name, same = "plain viewflow, given the same", True


def start(by: Any) -> int:
    """File a case and start its flow."""
    with transaction.atomic():
        activation = PlainFlow.start.activation_class.create(PlainFlow.start, None, None)
        process = activation.process
        process.applicant, process.amount, process.submitted_at = "演示人", Decimal("60000"), now()
        process.data = {}
        process.save()
        side.filed(process, by)
        activation.execute()
        return int(process.pk)


def _found(process_pk: int, task_pk: int) -> Any:
    task = Task.objects.get(pk=task_pk)
    if task.process.flow_class != PlainFlow:
        raise LookupError(task_pk)
    return task.flow_task.activation_class(task)


def claim(process_pk: int, task_pk: int, by: Any) -> None:
    """Assign a task, as AssignTaskView does inside wrap_task_view."""
    with PlainFlow.lock(process_pk), transaction.atomic():
        activation = _found(process_pk, task_pk)
        if not activation.flow_task.can_assign(by, activation.task):
            raise PermissionDenied
        activation.assign(by)
        side.claimed(activation.process, activation.task, by)


def assign(process_pk: int, task_pk: int, by: Any) -> None:
    """The same where the queue has asked for the permission: a filled task names one that its node does not have."""
    with PlainFlow.lock(process_pk), transaction.atomic():
        _found(process_pk, task_pk).assign(by)


def complete(process_pk: int, task_pk: int, by: Any) -> None:
    """Execute a task, as UpdateProcessView does inside wrap_task_view."""
    with PlainFlow.lock(process_pk), transaction.atomic():
        activation = _found(process_pk, task_pk)
        if not activation.flow_task.can_execute(by, activation.task):
            raise PermissionDenied
        activation.start(None)
        activation.process.state = activation.flow_task.name[:20]
        activation.process.save()
        side.decided(activation.process, activation.task, by, COMMENT)
        activation.execute()
