"""Timers: a hundred thousand armed, ten thousand due, one, two and four dispatchers; each fires what is due once."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db import connection, connections
from django.utils.timezone import now
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import select_for_update_lock
from viewflow.workflow.models import Task
from viewflow.workflow.timers import fire_due_timers

from cases.history.record import action, record
from tests.bench.bulk import OURS, PLAIN, Filling, like
from tests.bench.measure import Table
from tests.bench.show import say
from tests.bench.w1 import FORK
from tests.bench.world import drive_link
from workflows.engine import timers
from workflows.models import Timer, WorkItem

NEXT_BY_HAND = (
    "WITH d AS (SELECT id, case_id FROM limit_claimtimer WHERE done_at IS NULL AND cancelled_at IS NULL AND due_at <= now() "
    "ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED), u AS (UPDATE limit_claimtimer t SET done_at = now() FROM d WHERE t.id = d.id) "
    "INSERT INTO limit_audit (case_id, action) SELECT case_id, 'timer' FROM d"
)


class TimerFlow(Flow):  # type: ignore[misc]
    """One timer and the end."""

    lock_impl = select_for_update_lock
    start = flow.StartHandle(lambda activation: None).Next(this.wait)
    wait = flow.Timer(timedelta(days=1)).Next(this.end)
    end = flow.End()


@timers.when("bench")
def fired(timer: Timer) -> None:
    """What a due timer of the bench does: one row in the record of its case."""
    note(case=timer.case, by=None)


@action("bench.timer")
def note(*, case: Any, by: Any, now: Any = None) -> None:
    """Under the lock of the case, as every act of a timer is."""
    record("bench.timer", about=("case", case.pk), object=case)


def measure(*, armed: int, due: int, dispatchers: tuple[int, ...]) -> dict[str, Any]:
    """Each peer with each number of dispatchers; timers a second."""
    Filling().to(armed)
    sample = _stock_sample()
    found: dict[str, Any] = {}
    for name, arm, run, left in (
        ("ours", _arm_ours, _run_ours, _left_ours), ("plain viewflow", lambda *n: _arm_plain(sample, *n), fire_due_timers, _left_plain),
        ("LIMIT", _arm_limit, _run_limit, _left_limit),
    ):  # fmt: skip
        for count in dispatchers:
            say(f"timers: {armed:,} armed, {due:,} due, {count} dispatcher(s), {name}")
            arm(armed, due)
            connections.close_all()
            begin = time.perf_counter()
            clients = [FORK.Process(target=_until_none, args=(run, left)) for _ in range(count)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            found.setdefault(name, {})[str(count)] = due / (time.perf_counter() - begin)
    return found


def _until_none(run: Any, left: Any) -> None:
    while left():
        run()


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _owner(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connections["owner"].close()


WHEN = "now() + CASE WHEN g <= {due} THEN - interval '1 hour' ELSE interval '9 days' END"


def _arm_ours(armed: int, due: int) -> None:
    Timer.objects.filter(kind="bench", done_at=None).update(done_at=now())
    item = WorkItem.objects.filter(pk__gt=OURS).first()
    timers.arm(case=item.case, kind="bench", key="sample", due_at=now() + timedelta(days=9))
    sample = Timer.objects.get(kind="bench", key="sample", done_at=None)
    with connections["owner"].cursor() as cursor:
        case, key = f"{OURS} + g", f"'{sample.pk}'"  # another key each time: one open timer of a kind and key
        like(
            cursor, "workflows_timer", "id", sample.pk, 1, armed, id="nextval(pg_get_serial_sequence('workflows_timer', 'id'))",
            case_id=case, key=key, due_at=WHEN.format(due=due),
        )  # fmt: skip
        cursor.execute("ANALYZE workflows_timer")
    connections["owner"].close()


def _run_ours() -> None:
    timers.fire_due()


def _left_ours() -> int:
    return _count("SELECT count(*) FROM workflows_timer WHERE kind = 'bench' AND done_at IS NULL AND due_at <= now()")


def _stock_sample() -> tuple[int, int]:
    activation = TimerFlow.start.activation_class.create(TimerFlow.start, None, None)
    activation.process.data = {}
    activation.process.save()
    activation.execute()
    return activation.process.pk, Task.objects.get(process=activation.process, flow_task_type="TIMER").pk


def _arm_plain(sample: tuple[int, int], armed: int, due: int) -> None:
    first = PLAIN + 10_000_000
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM viewflow_task_previous WHERE to_task_id >= %s OR from_task_id >= %s", [first, first]
        )
        cursor.execute(
            "DELETE FROM viewflow_task_previous WHERE from_task_id IN (SELECT id FROM viewflow_task WHERE process_id >= %s)",
            [first],
        )
        cursor.execute("DELETE FROM viewflow_task WHERE process_id >= %s", [first])
        cursor.execute("DELETE FROM viewflow_process WHERE id >= %s", [first])
        like(cursor, "viewflow_process", "id", sample[0], 1, armed, id=f"{first} + g")
        like(
            cursor, "viewflow_task", "id", sample[1], 1, armed, id=f"{first} + g", process_id=f"{first} + g",
            scheduled=WHEN.format(due=due),
        )  # fmt: skip
        cursor.execute("ANALYZE viewflow_task")
    connections["owner"].close()


def _left_plain() -> int:
    return _count(
        "SELECT count(*) FROM viewflow_task WHERE flow_task_type = 'TIMER' AND status = 'SCHEDULED' AND scheduled <= now()"
    )


def _arm_limit(armed: int, due: int) -> None:
    _owner(
        "TRUNCATE limit_claimtimer",
        "INSERT INTO limit_claimtimer (id, case_id, key, due_at) "
        f"SELECT g, (SELECT min(id) FROM limit_case), g, {WHEN.format(due=due)} FROM generate_series(1, {armed}) g",
        "ANALYZE limit_claimtimer",
    )


def _run_limit() -> None:
    link = drive_link()
    with link.cursor() as cursor:
        cursor.execute(NEXT_BY_HAND)
        while cursor.rowcount:
            cursor.execute(NEXT_BY_HAND)
    link.close()


def _left_limit() -> int:
    return _count("SELECT count(*) FROM limit_claimtimer WHERE done_at IS NULL AND due_at <= now()")


def tables(found: dict[str, Any]) -> list[tuple[str, Table]]:
    """Timers a second."""
    counts = list(next(iter(found.values())))
    table = Table("timers/s", *(f"{count} dispatcher(s)" for count in counts))
    for name, row in found.items():
        table.add(name, *(row[count] for count in counts))
    return [("Timers that are due", table)]
