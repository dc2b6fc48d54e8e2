"""Flows as viewflow's own documents write them: stock nodes, stock locks, nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from viewflow.this_object import this
from viewflow.workflow import flow
from viewflow.workflow.context import Context
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.models import Process, Task

DONE: list[str] = []
"""What the functions of these flows did, in order."""

ONE_TRY = SelectForUpdateLock(attempts=1)
"""The lock of viewflow's documents; one try, because the tries differ only in how long they sleep."""

SECRET = "6217-0000-0000-0815"


def page(request: Any, **_kwargs: Any) -> None:
    """A View wants one; nobody opens it."""


def does(name: str) -> Any:
    """A function that leaves its name."""
    return lambda activation: DONE.append(name)


def breaks(activation: Any) -> None:
    """A function that fails with something in its locals that nobody should read."""
    account = SECRET
    raise ValueError(f"bank refused {len(account)} characters")


class Paying(flow.Flow):
    start = flow.StartHandle().Next(this.check)
    check = flow.Handle(this.checked).Next(this.pay)
    pay = flow.Function(does("paid")).Next(this.end)
    end = flow.End()
    wait: Any = None

    def checked(self, activation: Any) -> None:
        if Paying.wait is not None:
            Paying.wait()


class Locked(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.check)
    check = flow.Handle().Next(this.end)
    end = flow.End()


class Reviewed(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.review)
    review = flow.View(page).Permission("traps.may_review").Next(this.end)
    end = flow.End()


class NoLongerGuarded(flow.Flow):
    start = flow.StartHandle().Next(this.review)
    review = flow.View(page).Next(this.end)
    end = flow.End()


class Branches(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.split)
    split = flow.Split().Next(this.work).Next(this.other)
    work = flow.Handle().Next(this.end)
    other = flow.Handle().Next(this.end)
    end = flow.End()


class BadBranch(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.split)
    split = flow.Split().Next(this.work).Next(this.bad)
    work = flow.Handle().Next(this.end)
    bad = flow.Function(breaks).Next(this.end)
    end = flow.End()


class Joined(flow.Flow):
    start = flow.StartHandle().Next(this.split)
    split = flow.Split().Next(this.one).Next(this.two)
    one = flow.Handle(this.arrives).Next(this.join)
    two = flow.Handle(this.arrives).Next(this.join)
    join = flow.Join().Next(this.pay)
    pay = flow.Function(does("joined")).Next(this.end)
    end = flow.End()
    wait: Any = None

    def arrives(self, activation: Any) -> None:
        if Joined.wait is not None:
            Joined.wait()


class Timed(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.review)
    review = flow.View(page).OnTimeout(timedelta(0), this.escalate).Next(this.end)
    escalate = flow.Function(does("escalated")).Next(this.end)
    end = flow.End()


class Poison(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.rest)
    rest = flow.Timer(timedelta(0)).Next(this.split)
    split = flow.Split().Next(this.never, case=lambda activation: False)
    never = flow.Handle().Next(this.end)
    end = flow.End()


class Resting(flow.Flow):
    start = flow.StartHandle().Next(this.rest)
    rest = flow.Timer(timedelta(0)).Next(this.end)
    end = flow.End()
    lock_impl = SelectForUpdateLock()


class Caught(flow.Flow):
    lock_impl = ONE_TRY
    start = flow.StartHandle().Next(this.catch)
    catch = flow.SignalCatch("paid").Next(this.end)
    end = flow.End()


class Conditional(flow.Flow):
    start = flow.StartHandle().Next(this.catch)
    catch = flow.ConditionalCatch(lambda activation: False).Next(this.end)
    end = flow.End()
    locked: list[int] = []

    @contextmanager
    def lock_impl(flow_class: Any, process_pk: int) -> Iterator[None]:  # type: ignore[misc]
        Conditional.locked.append(process_pk)
        yield


class Yearly(flow.Flow):
    start = flow.StartTimer(interval=timedelta(days=365)).Next(this.end)
    end = flow.End()


class Careless(flow.Flow):
    start = flow.StartHandle().Next(this.check)
    check = flow.Handle()
    orphan = flow.Handle().Next(this.end)
    end = flow.End()


class Loop(flow.Flow):
    start = flow.StartHandle().Next(this.split)
    split = flow.Split().Next(this.work).Next(this.other)
    work = flow.Handle().Next(this.again)
    again = flow.If(lambda activation: True).Then(this.split).Else(this.join)
    other = flow.Handle().Next(this.join)
    join = flow.Join().Next(this.end)
    end = flow.End()


def begin(flow_class: Any) -> Process:
    """A new process of a stock flow; what fails behind its start becomes an ERROR row, as behind a timer or a job."""
    with Context(propagate_exception=False):
        return flow_class.start.run()


def task_of(process: Process, name: str) -> Task:
    """The latest task of a node."""
    return Task.objects.filter(process=process, flow_task=getattr(process.flow_class, name)).latest("pk")


def run(process: Process, name: str) -> None:
    """Do a Handle from outside."""
    getattr(process.flow_class, name).run(task_of(process, name))
