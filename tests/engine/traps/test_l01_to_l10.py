"""Traps L1-L10: locks, sweeps and claims, shown by order and by counting, never by a watch."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from viewflow.fsm import TransitionNotAllowed
from viewflow.this_object import this
from viewflow.workflow import flow
from viewflow.workflow.exceptions import FlowLockFailed
from viewflow.workflow.lock import CacheLock
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.timers import fire_due_conditions, fire_due_timers

from cases.calendar import clock
from cases.dossier.queries import lock_case
from cases.errors import NotFound
from tests.dossier.test_races import at_once
from tests.engine.test_roads import found
from tests.engine.traps import stock
from tests.engine.traps.conftest import other_hand, while_held
from tests.engine.traps.test_p01_to_p06 import LOCKING, PLAIN
from tests.kit.armed import armed
from tests.two_step.roads.v1 import TwoStepV1
from workflows import actions, steps
from workflows.engine import clockwork, periodic, timers
from workflows.flow import ReliefFlow
from workflows.management.commands import clock as clock_process
from workflows.models import PeriodicRun, Timer, WorkItem
from workflows.walking import drive

NOW_OR_NEVER = "50ms"


@pytest.fixture
def naps(monkeypatch: Any) -> list[float]:
    """How long viewflow's lock would have slept, each time."""
    slept: list[float] = []
    monkeypatch.setattr("viewflow.workflow.lock.time.sleep", slept.append)
    return slept


@LOCKING
def test_l01_the_stock_lock_sleeps_for_seconds_and_gives_up_and_ours_waits_its_turn(
    naps: list[float], new_case: Any
) -> None:
    process = stock.begin(stock.Resting)
    with other_hand() as hand:
        hand.execute("SELECT 1 FROM viewflow_process WHERE id = %s FOR UPDATE", [process.pk])
        with pytest.raises(FlowLockFailed), stock.Resting.lock(process.pk):
            pass
    assert len(naps) == 4 and sum(naps) > 5

    naps.clear()
    case = new_case()
    item = drive.open_item(case)
    held = while_held(case, lambda: actions.claim(item=item.pk, by=drive.person_for(item)))
    assert held.state == "claimed" and not naps


@LOCKING
def test_l02_the_stock_lock_keeps_innocent_rows_out_and_ours_lets_them_in(new_case: Any) -> None:
    process = stock.begin(stock.Locked)
    names = ", ".join(field.column for field in Task._meta.concrete_fields if not field.primary_key)
    with transaction.atomic(), stock.Locked.lock(process.pk), other_hand(lock_timeout=NOW_OR_NEVER) as hand:
        hand.execute(f"INSERT INTO viewflow_task ({names}) SELECT {names} FROM viewflow_task LIMIT 1")
        with pytest.raises(Exception, match="lock timeout"):
            hand.connection.commit()

    case = new_case()
    armed(case=case, kind="traps", key="mine", due_at=clock.now())
    names = ", ".join(field.column for field in Timer._meta.concrete_fields if field.column not in ("id", "key"))
    with transaction.atomic(), other_hand(lock_timeout=NOW_OR_NEVER) as hand:
        lock_case(case.pk)
        hand.execute(f"INSERT INTO workflows_timer (key, {names}) SELECT 'yours', {names} FROM workflows_timer")
        hand.connection.commit()
    assert Timer.objects.filter(case=case, key="yours").exists()


@LOCKING
def test_l03_the_stock_lock_locks_what_does_not_exist_and_ours_refuses() -> None:
    with stock.Locked.lock(-1):
        entered = True
    assert entered

    with transaction.atomic():
        with pytest.raises(LookupError, match="nothing to lock"), TwoStepV1.lock(-1):
            pass
        with pytest.raises(NotFound):
            lock_case(-1)


@LOCKING
def test_l04_under_an_outer_transaction_the_stock_lock_outlives_its_block_and_our_act_refuses_one(
    new_case: Any,
) -> None:
    process = stock.begin(stock.Locked)
    with transaction.atomic():
        with stock.Locked.lock(process.pk):
            pass
        with other_hand() as hand, pytest.raises(Exception, match="could not obtain lock"):
            hand.execute("SELECT 1 FROM viewflow_process WHERE id = %s FOR UPDATE NOWAIT", [process.pk])

    case = new_case()
    item = drive.open_item(case)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        actions.claim(item=item.pk, by=drive.person_for(item))
    assert not settings.DATABASES["default"]["ATOMIC_REQUESTS"]
    actions.claim(item=item.pk, by=drive.person_for(item))
    with other_hand() as hand:
        hand.execute("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE NOWAIT", [case.pk])


@LOCKING
def test_l05_the_cache_lock_ends_before_its_work_does_and_ours_ends_with_the_transaction(new_case: Any) -> None:
    short, inside = CacheLock(expires=0, attempts=1), 0
    with short(stock.Locked, 1):
        inside += 1
        with short(stock.Locked, 1):
            inside += 1
            assert inside == 2, "two hold one lock"

    case = new_case()
    with other_hand() as hand:
        with transaction.atomic():
            lock_case(case.pk)
            with pytest.raises(Exception, match="could not obtain lock"):
                hand.execute("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE NOWAIT", [case.pk])
            hand.connection.rollback()
        hand.execute("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE NOWAIT", [case.pk])


@LOCKING
def test_l06_a_second_stock_dispatcher_sleeps_at_every_collision_and_ours_share_the_work(
    naps: list[float], monkeypatch: Any, new_case: Any
) -> None:
    first, second = stock.begin(stock.Resting), stock.begin(stock.Resting)
    with other_hand() as hand:
        hand.execute("SELECT 1 FROM viewflow_process WHERE id = %s FOR UPDATE", [first.pk])
        assert fire_due_timers() == 1
    assert len(naps) == 4, "asleep before the second timer, which was free all the time"
    second.refresh_from_db()
    assert second.status == STATUS.DONE

    naps.clear()
    done: list[int] = []
    monkeypatch.setitem(timers._handlers, "traps", lambda timer: done.append(timer.pk))
    case = new_case()
    made = [armed(case=case, kind="traps", key=str(key), due_at=clock.now()).pk for key in range(12)]
    with other_hand() as hand:
        hand.execute("SELECT 1 FROM workflows_timer WHERE id = %s FOR NO KEY UPDATE", [made[0]])
        clockwork.one_pass()
        assert done == made[1:], "the one that another clock has in hand is passed over"
    at_once(clockwork.one_pass, clockwork.one_pass)
    assert sorted(done) == made and not naps


@PLAIN
def test_l07_a_stock_condition_locks_every_waiting_case_at_every_sweep_and_ours_asks_nothing_of_them(
    monkeypatch: Any, new_case: Any
) -> None:
    monkeypatch.setattr(stock.Conditional, "locked", [])
    waiting = [stock.begin(stock.Conditional).pk for _number in range(3)]
    stock.Conditional.locked.clear()
    fire_due_conditions([stock.Conditional])
    assert sorted(stock.Conditional.locked) == waiting

    clockwork.one_pass()
    asked = []
    for number in (1, 2, 3):
        new_case(number, "PAYABLE")
        with CaptureQueriesContext(
            connection,
        ) as sweep:
            clockwork.one_pass()
        asked.append(len(sweep))
        assert not [one["sql"] for one in sweep if re.search(r'FROM "cases_case".* FOR ', one["sql"])]
    assert len(set(asked)) == 1, asked


@LOCKING
def test_l08_two_stock_dispatchers_start_a_yearly_process_twice_and_our_periodic_work_runs_once(
    monkeypatch: Any,
) -> None:
    at = clock.now()
    both_ask = [stock.Yearly.start.is_due(at), stock.Yearly.start.is_due(at)]
    for is_due in both_ask:
        if is_due:
            stock.Yearly.start.run()
    assert Process.objects.filter(flow_class=stock.Yearly).count() == 2

    class Ours(ReliefFlow):
        received = steps.receive().Next(this.closed)
        yearly = flow.StartTimer(interval=timedelta(days=365)).Next(this.closed)

    assert "relief.E011" in found(Ours)
    monkeypatch.setattr(periodic, "registered", {})
    periodic.every("traps", title="试", each=timedelta(days=365))(lambda: 0)
    assert sorted(at_once(periodic.begin, periodic.begin)) == [0, 1]
    assert PeriodicRun.objects.filter(name="traps").count() == 1


@PLAIN
def test_l09_the_stock_sweep_comes_by_the_minute_to_one_table_and_our_clock_by_the_second_to_ours(
    monkeypatch: Any, new_case: Any
) -> None:
    done: list[int] = []
    monkeypatch.setitem(timers._handlers, "traps", lambda timer: done.append(timer.pk))
    due = armed(case=new_case(), kind="traps", key="", due_at=clock.now() - timedelta(seconds=1))
    assert fire_due_timers() == 0 and not done

    assert clockwork.one_pass()["timers"] == 1 and done == [due.pk]
    assert clock_process.TICK_SECONDS <= 2


@LOCKING
def test_l10_two_who_take_the_first_of_the_stock_queue_collide_and_ours_get_two_different_ones(
    new_case: Any, cast: Any
) -> None:
    process = stock.begin(stock.NoLongerGuarded)
    people = [cast["xiji_intake"], cast["xiji_review"]]
    seen = [Task.objects.filter(process=process, status=STATUS.NEW).user_queue(one).first() for one in people]
    assert seen[0] == seen[1]
    with seen[0].activation() as first:
        first.assign(user=people[0])
    with pytest.raises(TransitionNotAllowed), seen[1].activation() as late:
        late.assign(user=people[1])

    cases = [new_case(number, "GRANTED") for number in (1, 2)]
    clerks = [cast["xiji_review"], cast["xiji_review2"]]
    taken = at_once(*[lambda who=who: actions.claim_next(by=who) for who in clerks])
    assert {one.case_id for one in taken} == {case.pk for case in cases}
    assert {one.holder_id for one in WorkItem.objects.filter(case__in=cases, state="claimed")} == {
        one.pk for one in clerks
    }
