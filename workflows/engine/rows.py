"""viewflow's rows under our names: the same tables, written with the other writes of an act and not one by one."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from viewflow.workflow.models import Process, Task

from cases.history import unit

__all__ = ["RunProcess", "RunTask"]

LIVE: ContextVar[dict[int, Any] | None] = ContextVar("relief_live_tasks", default=None)
"""The tasks of the open move (`workflows.engine.tokens`); one that is made meanwhile joins them."""
EDGE = "INSERT INTO viewflow_task_previous (from_task_id, to_task_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"


class Edges:
    """viewflow's `task.previous`, whose new arrows go with the other writes of the act."""

    def __init__(self, task: Any = None) -> None:
        self._task = task

    def __get__(self, task: Any, owner: Any) -> Edges:
        return Edges(task)

    def add(self, *tasks: Any) -> None:
        """One arrow from each of these tasks to this one."""
        for task in tasks:
            unit.send(EDGE, [self._task.pk, task.pk])

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of the arrows is asked of viewflow's own."""
        return getattr(Task(pk=self._task.pk).previous, name)


class RunProcess(Process):  # type: ignore[misc]
    """viewflow's process row under our name; no columns of its own."""

    class Meta:
        proxy = True
        app_label = "workflows"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it with the other writes of the open act."""
        if not unit.keep(self):
            super().save(*args, **kwargs)


class RunTask(Task):  # type: ignore[misc]
    """viewflow's task row under our name; no columns of its own."""

    previous = Edges()

    class Meta:
        proxy = True
        app_label = "workflows"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it with the other writes of the open act."""
        if not self.flow_task_type:  # type: ignore[has-type]
            self.flow_task_type = self.flow_task.task_type
        is_new = self._state.adding
        if not unit.keep(self):
            super().save(*args, **kwargs)
        live = LIVE.get()
        if is_new and live is not None:
            live[self.pk] = self
