"""Large data: rows like one that was made the ordinary way, by generate_series; never by a million clicks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connections

from tests.bench.measure import Clock
from tests.bench.peers import limit, ours, plain
from tests.bench.show import say

OURS, PLAIN, LIMIT = 100_000_000, 300_000_000, 500_000_000
"""Where the made keys begin; sequences never come there."""
QUARTER = "(ARRAY['CTY1', 'CTY2', 'MUN', 'PRV1'])[mod(g, 4) + 1]"
DUE = "date '2026-12-01' + mod(g::bigint * 7919, 90)::int"
DAY = "now() - mod(g, 90) * interval '1 day'"
QUIET = ("cases_case", "workflows_run", "workflows_workitem", "workflows_decision")
RECORDED = 100_000
"""So many of the cases have a record behind them: twelve rows each in LIMIT's, plain viewflow's and our chain."""


def like(
    cursor: Any, table: str, key: str, sample: int, first: int, last: int, rows: str = "", /, **other: str
) -> None:
    """Rows `first`..`last` of a table like its row `sample`, but for the columns in `other` (SQL over g)."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(other.get(name, f's."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    rows = rows or f"generate_series({first}, {last}) AS g"
    cursor.execute(f'INSERT INTO {table} ({columns}) SELECT {values} FROM {rows}, {table} s WHERE s."{key}" = {sample}')


class Filling:
    """Open tasks of three peers, grown step by step: one sample each, then as many like it as are wanted."""

    def __init__(self, role: str = QUARTER) -> None:
        self.role, self.there = role, 0
        self.sample = _samples()

    def to(self, number: int) -> None:
        """So many open tasks at each peer, with statistics up to date."""
        if number <= self.there:
            return
        say(f"filling up to {number:,} open tasks")
        owner = connections["owner"]
        with owner.cursor() as cursor:
            with quiet(cursor):
                for begin in range(self.there + 1, number + 1, 100_000):
                    self._rows(cursor, begin, min(number, begin + 99_999))
                    if begin <= RECORDED:
                        self._record(cursor, begin, min(number, begin + 99_999))
            cursor.execute("VACUUM ANALYZE")
        owner.close()
        self.there = number

    def _rows(self, cursor: Any, first: int, last: int) -> None:
        def fill(table: str, **other: str) -> None:
            like(cursor, table, "id", self.sample[table], first, last, **other)

        mine, theirs, hand = f"{OURS} + g", f"{PLAIN} + g", f"{LIMIT} + g"
        fill("cases_case", id=mine, token="gen_random_uuid()", number="'Q' || g")
        fill("viewflow_process", id=mine)
        fill("workflows_run", id=mine, case_id=mine, process_id=mine)
        fill("viewflow_task", id=mine, process_id=mine)
        fill(
            "workflows_workitem", id=mine, case_id=mine, task_id=mine, role=self.role, due_on=DUE,
            offered_at=DAY,
        )  # fmt: skip
        process, task = self.sample["plain process"], self.sample["plain task"]
        like(cursor, "viewflow_process", "id", process, first, last, id=theirs, created=DAY)
        like(
            cursor, "bench_plaincase", "process_ptr_id", process, first, last, process_ptr_id=theirs,
            due_on=DUE,
        )  # fmt: skip
        like(
            cursor, "viewflow_task", "id", task, first, last, id=theirs, process_id=theirs,
            owner_permission=f"'bench.' || {self.role}", created=DAY,
        )  # fmt: skip
        fill("limit_case", id=hand)
        fill("limit_task", id=hand, case_id=hand, role=self.role, due_on=DUE)

    def _record(self, cursor: Any, first: int, last: int) -> None:
        """Twelve rows behind each case: enough for the reads, not a chain that would verify."""
        row, case, times = "g * 12 + n", "g", f"generate_series({first}, {last}) AS g, generate_series(1, 12) AS n"
        for table, key in (("limit_audit", LIMIT), ("bench_plainaudit", PLAIN)):
            sample = self.sample[table]
            other = {
                "id": f"{OURS} + {row}",
                "process_id" if key == PLAIN else "case_id": f"{key} + {case}",
                "task_id": f"{key} + g",
            }
            like(cursor, table, "id", sample, first, last, times, **other)
        like(
            cursor, "workflows_decision", "id", self.sample["workflows_decision"], first, last, id=f"{OURS} + g",
            case_id=f"{OURS} + g", item_id=f"{OURS} + g",
        )  # fmt: skip
        like(
            cursor,
            "cases_stream",
            "id",
            self.sample["cases_stream"],
            first,
            last,
            id=f"{OURS} + g",
            key=f"({OURS} + g)::text",
        )
        like(
            cursor, "cases_streamhead", "stream_id", self.sample["cases_stream"], first, last, stream_id=f"{OURS} + g", seq="12",
        )  # fmt: skip
        like(
            cursor, "cases_event", "id", self.sample["cases_event"], first, last, times, id=f"{OURS} + {row}",
            stream_id=f"{OURS} + g", seq="n", object_id=f"({OURS} + g)::text",
        )  # fmt: skip


@contextmanager
def quiet(cursor: Any) -> Iterator[None]:
    """Without the triggers that write history and check duties, which a bulk fill would wait for."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgrelid::regclass::text = ANY (%s) AND NOT tgisinternal",
        [list(QUIET)],
    )
    found = cursor.fetchall()
    for table, name in found:
        cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    yield
    for table, name in found:
        cursor.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')


def _samples() -> Mapping[str, int]:
    """One case of each peer, begun the ordinary way and still at its first task; a record row of one that ended."""
    from viewflow.workflow.models import Task

    from cases.history.models import Event
    from tests.bench.models import PlainAudit
    from workflows.models import Decision, Run, WorkItem

    mine, hand = ours.Ours(0), limit.Limit(0)
    mine.case(Clock())
    decision = Decision.objects.latest("pk")
    event = Event.objects.filter(stream__kind="case", stream__key=str(decision.case_id)).latest("pk")
    with Clock()("start"):
        case = ours.begin(number="Q0", policy=mine.policy, by=mine.people["applicant"])
        process = plain.start(mine.people["preliminary"])
        case_by_hand = hand._do(hand.begin, by=hand.people["preliminary"])
    hand.cursor.execute("SELECT max(id) FROM limit_audit")
    audit = hand.cursor.fetchone()[0]
    hand.cursor.execute("SELECT id FROM limit_task WHERE case_id = %s", [case_by_hand])
    item = WorkItem.objects.get(case=case)
    found = {
        "cases_case": case.pk, "viewflow_process": Run.objects.get(case=case).process_id, "workflows_workitem": item.pk,
        "workflows_run": Run.objects.get(case=case).pk, "viewflow_task": item.task_id, "limit_case": case_by_hand,
        "limit_task": hand.cursor.fetchone()[0], "plain process": process,
        "workflows_decision": decision.pk, "cases_stream": event.stream_id, "cases_event": event.pk,
        "bench_plainaudit": PlainAudit.objects.latest("pk").pk, "limit_audit": audit,
        "plain task": Task.objects.get(process_id=process, flow_task_type="HUMAN").pk,
    }  # fmt: skip
    hand.close()
    return found
