"""Traps P1-P6: no lock, revive, ends beside broken branches, timers that outlive their task or poison the sweep."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from viewflow.workflow.models import Task
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.timers import fire_due_timers

from cases.calendar import clock
from cases.history.record import action
from tests.dossier.test_races import at_once
from tests.engine.traps import stock
from tests.kit.armed import armed
from workflows import actions
from workflows.engine import clockwork, timers
from workflows.models import Decision, Timer, WorkItem
from workflows.walking import drive

LOCKING = pytest.mark.django_db(transaction=True)
PLAIN = pytest.mark.django_db


def ending(case: Any, cast: Any) -> None:
    """The office ends a case outside its road."""
    actions.terminate(case=case, reasons=["J01"], opinion="患者已经去世，家属来电告知。", by=cast["prov_head"])
    case.refresh_from_db()


@action("traps.cancel")
def cancel(*, item: WorkItem, by: Any, now: Any = None) -> None:
    """What an act of ours does when it takes one step away."""
    activation(item).cancel()


def activation(item: WorkItem) -> Any:
    """What viewflow would do with the row behind a work item."""
    task = Task.objects.get(pk=item.task_id)
    return task.flow_task.activation_class(task)


@LOCKING
def test_p01_without_a_lock_one_task_runs_three_times_and_ours_once(monkeypatch: Any, new_case: Any, cast: Any) -> None:
    together = threading.Barrier(3)
    monkeypatch.setattr(stock.Paying, "wait", lambda: together.wait(30))
    process = stock.begin(stock.Paying)
    at_once(*[lambda: stock.run(process, "check")] * 3)
    assert stock.DONE == ["paid"] * 3

    case = new_case()
    item = drive.open_item(case)
    decided = at_once(*[lambda: drive.actions.decide(
        item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=drive.person_for(item))] * 3)  # fmt: skip
    assert sum(isinstance(one, Decision) for one in decided) == 1
    assert WorkItem.objects.filter(case=case, step="grant").count() == 1


@PLAIN
def test_p02_a_revived_task_is_open_to_everybody_and_ours_is_never_revived(new_case: Any, cast: Any) -> None:
    process = stock.begin(stock.Reviewed)
    task = stock.task_of(process, "review")
    anybody = cast["applicant2"]
    assert not stock.Reviewed.review.can_assign(anybody, task)
    with task.activation() as review:
        review.cancel()
        again = review.revive()
    assert again.owner_permission is None and stock.Reviewed.review.can_assign(anybody, again)

    case = new_case()
    item = drive.open_item(case)
    ending(case, cast)
    with pytest.raises(TypeError, match="does not go back"):
        activation(item).revive()
    assert not Task.objects.filter(process=case.run.process).exclude(owner_permission="workflows.nobody").filter(
        flow_task_type__in=["HUMAN", "WAIT"]
    )  # fmt: skip


@PLAIN
def test_p03_an_end_closes_over_a_broken_branch_and_ours_refuses(new_case: Any) -> None:
    process = stock.begin(stock.BadBranch)
    assert stock.task_of(process, "bad").status == STATUS.ERROR
    stock.run(process, "work")
    process.refresh_from_db()
    assert process.status == PROCESS.DONE

    case = new_case()
    item = drive.open_item(case)
    broken = Task.objects.create(process_id=case.run.process_id, flow_task=item.task.flow_task, status=STATUS.ERROR,
                                 finished=clock.now())  # fmt: skip
    with pytest.raises(RuntimeError, match=f"still at check \\(task {broken.pk}"):
        drive.step(case, "reject")
    case.refresh_from_db()
    assert case.closed_at is None and drive.open_item(case).pk == item.pk


@PLAIN
def test_p04_a_cancelled_task_of_a_lost_node_blocks_the_end_for_ever_and_ours_does_not(new_case: Any) -> None:
    process = stock.begin(stock.Branches)
    other = stock.task_of(process, "other")
    Task.objects.filter(pk=other.pk).update(flow_task="traps/stock.Branches.renamed")
    with Task.objects.get(pk=other.pk).activation() as lost:
        lost.cancel()
    stock.run(process, "work")
    process.refresh_from_db()
    assert process.status == PROCESS.NEW
    assert not Task.objects.filter(process=process).exclude(status__in=[STATUS.DONE, STATUS.CANCELED])

    case = new_case()
    Task.objects.create(process_id=case.run.process_id, flow_task="two_step/roads.v1.TwoStepV1.renamed",
                        flow_task_type="HUMAN", status=STATUS.CANCELED)  # fmt: skip
    drive.step(case, "reject")
    case.run.process.refresh_from_db()
    assert case.closed_at is not None and case.run.process.status == PROCESS.DONE


@PLAIN
def test_p05_a_timer_outlives_its_cancelled_task_and_ours_never_fires_after_a_cancel(new_case: Any, cast: Any) -> None:
    process = stock.begin(stock.Timed)
    with stock.task_of(process, "review").activation() as review:
        review.cancel()
    assert fire_due_timers() == 1
    assert stock.DONE == ["escalated"]

    case = new_case()
    item = drive.open_item(case)
    actions.claim(item=item.pk, by=drive.person_for(item))
    armed = Timer.objects.get(case=case, kind="claim", done_at=None)
    cancel(item=item, by=None)
    item.refresh_from_db()
    armed.refresh_from_db()
    assert item.state == "cancelled" and armed.cancelled_at is not None
    clock.move_demo_clock(days=60, by=cast["prov_head"])
    assert not timers.fire(armed.pk)


@PLAIN
def test_p06_a_poisoned_timer_stays_first_for_ever_and_ours_waits_behind_the_others(
    monkeypatch: Any, new_case: Any, cast: Any
) -> None:
    process = stock.begin(stock.Poison)
    before = list(Task.objects.filter(process=process).order_by("pk").values())
    for _sweep in range(2):
        assert fire_due_timers() == 0
        assert list(Task.objects.filter(process=process).order_by("pk").values()) == before

    bad, good = new_case(1), new_case(2)
    done: list[int] = []
    monkeypatch.setitem(timers._handlers, "traps", lambda timer: done.append(1 // (timer.case_id != bad.pk)))
    poison, healthy = (armed(case=case, kind="traps", key="", due_at=clock.now()) for case in (bad, good))
    clockwork.one_pass()
    poison.refresh_from_db()
    assert done == [1] and Timer.objects.get(pk=healthy.pk).done_at is not None
    assert (poison.attempts, poison.error) == (1, "ZeroDivisionError") and poison.due_at > clock.now()
    assert poison.pk not in timers.take()
