"""Traps P7-P12: what is handed on is lost, evidence is written over, secrets are kept where they should not be."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.db.models.deletion import Collector
from kombu.exceptions import OperationalError
from viewflow.workflow import lock
from viewflow.workflow.context import Context
from viewflow.workflow.models import Process, Task
from viewflow.workflow.nodes.events import broadcast_signal
from viewflow.workflow.status import PROCESS, STATUS

from cases.access.models import User
from cases.calendar import clock
from cases.history.models import Event
from cases.history.record import action
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.engine.traps import stock
from tests.engine.traps.conftest import other_hand, while_held
from tests.engine.traps.test_p01_to_p06 import LOCKING, PLAIN, activation, ending
from tests.kit.armed import armed
from workflows.engine import clockwork, timers
from workflows.models import Decision
from workflows.walking import drive


@action("traps.hand_over", about="none")
def hand_over(*, key: str, fails: bool = False, by: Any, now: Any = None) -> None:
    """An act that leaves work for outside its transaction."""
    outgoing.send(topic="traps", key=key, payload={}, now=now)
    if fails:
        raise ValueError


@LOCKING
def test_p07_a_signal_to_a_locked_case_is_lost_and_our_fact_waits_for_the_lock(new_case: Any, cast: Any) -> None:
    process = stock.begin(stock.Caught)
    with other_hand() as hand:
        hand.execute("SELECT 1 FROM viewflow_process WHERE id = %s FOR UPDATE", [process.pk])
        assert broadcast_signal("paid", [stock.Caught]) == 0
    assert stock.task_of(process, "catch").status == STATUS.NEW

    case = new_case(1, "PAYABLE")
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    purse = case.payouts.get().fund
    finance = {"maker": cast["fin_make"], "checker": cast["fin_check"], "releaser": cast["fin_release"]}
    while_held(case, lambda: drive.send_batch(of=purse, **finance))
    case.refresh_from_db()
    assert case.state == "SENT"


@LOCKING
def test_p08_a_hand_off_in_memory_is_told_of_what_never_was_and_lost_in_a_crash_and_ours_is_a_row() -> None:
    process, heard = stock.begin(stock.Locked), []
    with pytest.raises(ValueError), stock.Locked.lock(process.pk):
        lock.after_lock_released(lambda: heard.append("told of what was rolled back"))
        raise ValueError
    assert heard

    def dies() -> None:
        raise SystemExit

    heard.clear()
    with pytest.raises(SystemExit), stock.Locked.lock(process.pk):
        lock.after_lock_released(dies)
        lock.after_lock_released(lambda: heard.append("never told"))
    assert not heard

    with pytest.raises(ValueError):
        hand_over(key="rolled back", fails=True, by=None)
    hand_over(key="kept", by=None)
    assert list(Outgoing.objects.filter(topic="traps").values_list("key", flat=True)) == ["kept"]


@LOCKING
def test_p09_a_dead_broker_loses_the_job_after_the_commit_and_ours_is_rung_for_again(monkeypatch: Any) -> None:
    app = Celery("traps", broker="amqp://127.0.0.1:1//", set_as_current=False)
    app.conf.task_publish_retry = False
    letter, later = app.task(stock.does, name="traps.letter"), []
    with pytest.raises(OperationalError), transaction.atomic():
        saved = Process.objects.create(flow_class=stock.Locked)
        transaction.on_commit(lambda: letter.delay("letter"))
        transaction.on_commit(lambda: later.append("the next hook"))
    assert Process.objects.filter(pk=saved.pk).exists() and not later

    monkeypatch.setattr(outgoing, "_bells", [lambda row: letter.delay(row.key)])
    hand_over(key="letter", by=None)
    row = Outgoing.objects.get(key="letter")
    assert row.pk in outgoing.due()
    rung: list[Any] = []
    monkeypatch.setattr(outgoing, "_bells", [rung.append])
    clock.move_demo_clock(days=1, by=None)
    clockwork.one_pass()
    assert row in rung


@PLAIN
def test_p10_an_undo_writes_over_the_evidence_and_ours_keeps_every_time_and_name(new_case: Any, cast: Any) -> None:
    process = stock.begin(stock.Reviewed)
    with stock.task_of(process, "review").activation() as review:
        review.assign(user=cast["prov_head"])
        review.start(request=None)
        review.execute()
    done = stock.task_of(process, "review").finished
    for name in ("end", "review"):
        task = stock.task_of(process, name)
        task.flow_task.activation_class(task).undo()
    process.refresh_from_db()
    assert stock.task_of(process, "review").finished != done
    assert process.status == PROCESS.NEW and not Task.objects.filter(process=process, finished=None).exists()

    case = new_case()
    item = drive.step(case)
    done = Task.objects.get(pk=item.task_id).finished
    with pytest.raises(TypeError, match="does not go back"):
        activation(item).undo()
    ending(case, cast)
    assert Task.objects.get(pk=item.task_id).finished == done
    assert Decision.objects.filter(item=item, outcome="agree").exists()
    assert Event.objects.filter(action="case.terminated", actor=cast["prov_head"].pk).exists()


@PLAIN
def test_p11_deleting_a_user_deletes_the_trail_and_here_nobody_is_deleted(new_case: Any) -> None:
    process = stock.begin(stock.Reviewed)
    newcomer = User.objects.create(username="newcomer", is_office=True)
    with stock.task_of(process, "review").activation() as review:
        review.assign(user=newcomer)
    would_go = Collector("default")
    would_go.collect([newcomer])
    assert stock.task_of(process, "review") in would_go.data[Task]
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        newcomer.delete()

    case = new_case()
    item = drive.step(case)
    with pytest.raises(ProtectedError):
        Decision.objects.get(item=item).actor.delete()
    kinds = ["seed_content_type", "artifact_content_type", "owner_permission_content_type"]
    for rows in (Task.objects.filter(process=case.run.process), Process.objects.filter(pk=case.run.process_id)):
        named = [kind for kind in kinds if hasattr(rows.model, kind)]
        assert list(rows.order_by().values_list(*named).distinct()) == [(None,) * len(named)]


@PLAIN
def test_p12_an_error_keeps_the_account_number_of_its_locals_and_ours_keeps_nothing(
    monkeypatch: Any, new_case: Any
) -> None:
    process = stock.begin(stock.BadBranch)
    assert stock.task_of(process, "bad").data["_exception"]["locals"]["account"] == stock.SECRET

    case = new_case()
    item = drive.open_item(case)
    monkeypatch.setitem(item.task.flow_task.effects, "agree", lambda **_decision: stock.breaks(None))
    monkeypatch.setitem(timers._handlers, "traps", stock.breaks)
    timer = armed(case=case, kind="traps", key="", due_at=clock.now())
    with Context(propagate_exception=False):
        with pytest.raises(ValueError):
            drive.step(case, "agree")
        timers.fire(timer.pk)
    timer.refresh_from_db()
    assert timer.error == "ValueError" and drive.open_item(case).pk == item.pk
    with connection.cursor() as cursor:
        for table in ("viewflow_process", "viewflow_task", "workflows_timer", "cases_outgoing", "cases_event"):
            ours = f"SELECT count(*) FROM {table} row WHERE row::text LIKE %s"
            if table.startswith("viewflow"):
                ours += f" AND {'id' if table.endswith('process') else 'process_id'} <> {process.pk}"
            cursor.execute(ours, [f"%{stock.SECRET}%"])
            assert cursor.fetchone() == (0,), table
