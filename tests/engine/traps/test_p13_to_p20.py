"""Traps P13-P20: inheritance, lost code, permissions, scope, administration, structure, loops, threads."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import DataError, IntegrityError, transaction
from django.test import RequestFactory
from viewflow.this_object import this
from viewflow.workflow import flow, lock
from viewflow.workflow.admin import ProcessAdmin, TaskAdmin
from viewflow.workflow.models import Process, Task
from viewflow.workflow.nodes import join
from viewflow.workflow.status import PROCESS

from cases.calendar import clock
from cases.history.record import current
from tests.desk.whole import queue
from tests.engine.test_roads import found
from tests.engine.traps import stock
from tests.engine.traps.test_p01_to_p06 import PLAIN
from tests.laws.source import FILES, name, tree
from workflows import steps
from workflows.desk.queries import Viewer, page
from workflows.flow import ReliefFlow
from workflows.walking import drive


def test_p13_a_subclass_leads_back_to_its_parent_and_our_roads_are_not_inherited() -> None:
    class Child(stock.Locked):
        pass

    assert Child.start._next is stock.Locked.check is not Child.check

    class Parent(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")

    with pytest.raises(TypeError, match="not inherited"):
        type("Child", (Parent,), {})


@PLAIN
def test_p14_rows_of_removed_code_cannot_be_read_or_saved_and_our_desk_reads_rows_of_its_own(
    new_case: Any, cast: Any
) -> None:
    process = stock.begin(stock.Locked)
    Task.objects.filter(process=process).update(flow_task="removed_app/flows.Gone.check")
    with pytest.raises(LookupError):
        list(Task.objects.filter(process=process))
    Process.objects.filter(pk=process.pk).update(flow_class="traps/stock.Gone")
    lost = Process.objects.get(pk=process.pk)
    assert lost.flow_class is None
    with pytest.raises(IntegrityError), transaction.atomic():
        lost.save()

    case = new_case()
    Task.objects.filter(process=case.run.process).update(flow_task="removed_app/flows.Gone.check")
    viewer = Viewer.of(cast["xiji_intake"], clock.now())
    assert [row.case_id for row in page(viewer, "open", {}).rows] == [case.pk]


@PLAIN
def test_p15_a_permission_taken_off_a_node_breaks_its_open_tasks_and_ours_offers_nothing(
    new_case: Any, cast: Any
) -> None:
    process = stock.begin(stock.NoLongerGuarded)
    Task.objects.filter(process=process).update(owner_permission="traps.may_review")
    task = stock.task_of(process, "review")
    with pytest.raises(AttributeError, match="_owner_permission_obj"):
        task.flow_task.can_assign(cast["xiji_intake"], task)

    ours = drive.open_item(new_case()).task
    assert not ours.flow_task.can_assign(cast["xiji_intake"], ours)


@PLAIN
def test_p16_viewflow_forgets_the_filter_before_it_and_our_queues_keep_every_one(new_case: Any, cast: Any) -> None:
    stock.begin(stock.Locked)
    root = get_user_model()(username="root", is_superuser=True)
    assert Task.objects.filter(pk=-1).filter_available([stock.Locked], root).exists()

    case = new_case()
    here, elsewhere = (Viewer.of(cast[who], clock.now()) for who in ("xiji_intake", "zhongning_clerk"))
    assert queue(here, "open").filter(case=case).exists()
    assert not queue(here, "open").filter(pk=-1).exists() and not queue(elsewhere, "open").exists()
    stock_doors = re.compile(r"\.(filter_available|user_queue|user_archive|inbox)\(")
    assert not [name(path) for path in FILES if stock_doors.search(path.read_text("utf-8"))]


def test_p17_the_stock_administration_edits_and_deletes_running_tasks_and_ours_has_none() -> None:
    request = RequestFactory().get("/")
    request.user = get_user_model()(username="root", is_superuser=True)
    tasks = TaskAdmin(Task, admin.AdminSite())
    editable = {field.name for field in Task._meta.fields} - set(tasks.get_readonly_fields(request))
    assert {"owner_permission", "data", "scheduled", "external_task_id"} <= editable
    assert tasks.has_delete_permission(request)
    assert ProcessAdmin(Process, admin.AdminSite()).has_delete_permission(request)

    assert not admin.site.is_registered(Process) and not admin.site.is_registered(Task)


@PLAIN
def test_p18_structure_is_hardly_checked_and_our_roads_are() -> None:
    with pytest.raises(AttributeError, match="NoneType"):

        class NoElse(flow.Flow):
            start = flow.StartHandle().Next(this.choose)
            choose = flow.If(lambda activation: False).Then(this.end)
            end = flow.End()

    process = stock.begin(stock.Careless)
    stock.run(process, "check")
    process.refresh_from_db()
    assert process.status == PROCESS.NEW and not Task.objects.filter(process=process, finished=None).exists()
    assert len(re.findall(r"self\._cancel_active\b", inspect.getsource(join))) == 1, "stored, never read"

    class Ours(ReliefFlow):
        received = steps.receive().Next(this.check)
        check = steps.review("看", by="CTY1", state="INTAKE")
        orphan = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")

    assert {"relief.E003", "relief.E006", "relief.E007"} <= found(Ours)


def test_p20_two_tasks_of_one_thread_share_viewflows_lock_and_here_nothing_is_asynchronous() -> None:
    heard: list[str] = []

    async def holds(begun: asyncio.Event, over: asyncio.Event) -> None:
        with lock.lock_scope(lambda flow_class, pk: nullcontext(), stock.Locked, 1):
            begun.set()
            await over.wait()

    async def innocent(begun: asyncio.Event, over: asyncio.Event) -> None:
        await begun.wait()
        lock.after_lock_released(lambda: heard.append("told"))
        assert not heard, "it holds no lock, and still waits for somebody else's"
        over.set()

    async def both() -> None:
        begun, over = asyncio.Event(), asyncio.Event()
        await asyncio.gather(holds(begun, over), innocent(begun, over))

    asyncio.run(both())
    assert heard == ["told"]

    coroutines = [
        name(path)
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert not coroutines and current() is None


@PLAIN
def test_p19_a_loop_inside_a_split_grows_its_token_until_the_database_refuses_and_ours_stays_as_long(
    new_case: Any, cast: Any, published: Any
) -> None:
    process, laps = stock.begin(stock.Loop), 0
    with pytest.raises(DataError, match="too long"), transaction.atomic():
        while True:
            stock.run(process, "work")
            laps += 1
    assert laps < 40

    assert "relief.E013" in found(_looping())
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    for _lap in range(3):
        drive.to(case, "COUNTY")
        drive.step(case, "return", to_step="intake")
    tokens = Task.objects.filter(process=case.run.process, flow_task_type__in=["HUMAN", "JOIN"]).values_list("token")
    assert {str(token).count("/") for (token,) in tokens} == {0, 1}


def _looping() -> Any:
    """The same loop as a road of ours."""
    spec: dict[str, Any] = {"by": "CTY1", "state": "INTAKE", "days": "intake"}

    class Looping(ReliefFlow):
        received = steps.receive().Next(this.split)
        split = steps.fork("分").To(this.work, this.other)
        work = steps.review("做", **spec).Exit("again", this.split).Exit("done", this.join)
        other = steps.review("另", **spec).Exit("done", this.join)
        join = steps.join("合").Next(this.closed)

    return Looping
