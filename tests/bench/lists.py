"""W2, the first page of one reviewer's queue among N open tasks, and W3, the history of one case among N cases."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from viewflow.workflow.models import Task

from cases.access.models import User
from cases.access.queries import posts_asked_once
from cases.calendar import clock
from cases.dossier.models import Case
from tests.bench import side
from tests.bench.bulk import Filling
from tests.bench.measure import Clock, Table, counted, is_control, median
from tests.bench.models import PlainAudit
from tests.bench.peers.limit import Limit
from tests.bench.peers.ours import Ours
from tests.bench.peers.plain import Plain
from tests.bench.show import say
from tests.bench.stock import PlainFlow
from tests.bench.world import drive_link, people, permit
from workflows.desk import paging, queries
from workflows.desk.casefile.tabs import decisions_of
from workflows.inspection.timeline import timeline

Reads = dict[str, Callable[[], Any]]
BY_HAND = (
    "SELECT t.id, t.step, t.due_on, c.id, c.applicant, c.amount, c.state FROM limit_task t JOIN limit_case c ON c.id = t.case_id "
    "WHERE t.state = 'open' AND t.role = 'CTY1' AND t.division_code LIKE '640422%%' {duties}ORDER BY t.due_on, t.id LIMIT %s"
)
DUTIES = (
    "AND NOT EXISTS (SELECT 1 FROM limit_duty d WHERE d.case_id = t.case_id AND d.actor_id = %s AND d.level IN (0, 2)) "
)


def measure(*, sizes: tuple[int, ...], reps: int) -> dict[str, Any]:
    """Both reads at every size, each peer in turn within a repetition."""
    found: dict[str, Any] = {"W2": {}, "W3": {}, "statements": {}}
    filling, link = Filling(), drive_link()
    pages, histories = _pages(link.cursor()), _histories(link.cursor())
    for size in sizes:
        filling.to(size)
        say(f"W2 and W3 at {size:,}")
        found["W2"][str(size)] = _in_turn(pages, reps)
        found["W3"][str(size)] = _in_turn(histories, reps)
        with counted() as seen:
            pages["ours"]()
        found["statements"][str(size)] = sum(not is_control(sql) for sql in seen)
    link.close()
    return found


def _in_turn(reads: Reads, reps: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in reads}
    for rep in range(reps + 2):
        for name, read in reads.items():
            begin = time.perf_counter()
            read()
            if rep > 1:  # the first two find the pages of the disk
                times[name].append((time.perf_counter() - begin) * 1000)
    return {name: median(values) for name, values in times.items()}


def _pages(cursor: Any) -> Reads:
    reviewer = people()["preliminary"]
    permit("guyuan_city2")
    other = User.objects.get(username="guyuan_city2")

    def ours() -> Any:
        with posts_asked_once():  # as a request does
            viewer = queries.Viewer.of(reviewer, clock.now())
            return queries.page(viewer, "open", {}).rows

    def by_hand() -> Any:
        cursor.execute(BY_HAND.format(duties=""), [paging.PAGE])
        return cursor.fetchall()

    def by_hand_same() -> Any:
        cursor.execute(BY_HAND.format(duties=DUTIES), [reviewer.pk, paging.PAGE])
        return cursor.fetchall()

    def sql_alone() -> Any:
        cursor.execute(*kept[0])
        return cursor.fetchall()

    def plain(order: str) -> Any:
        rows = Task.objects.filter(process__flow_class=PlainFlow).user_queue(other).filter(status="NEW")
        rows = rows.select_related("process__plaincase").order_by(order)[: paging.PAGE]
        return [(task.pk, task.process.plaincase.applicant) for task in rows]

    kept = [_sql_of(ours)]
    return {
        "ours": ours, "ours, its SQL alone": sql_alone, "LIMIT": by_hand, "LIMIT, asking its duties": by_hand_same,
        "plain viewflow, by due date": lambda: plain("process__plaincase__due_on"),
        "plain viewflow, newest first": lambda: plain("-created"),
    }  # fmt: skip


def _sql_of(read: Callable[[], Any]) -> tuple[str, Any]:
    """The last statement of a read with its values: the page itself."""
    seen: list[tuple[str, Any]] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        read()
    return seen[-1]


def _histories(cursor: Any) -> Reads:
    """A finished case of each peer, made the ordinary way."""
    Ours(7).case(Clock())
    case = Case.objects.filter(number__startswith="B7-").latest("pk")
    Plain(7).case(Clock())
    side.ON = False
    process = PlainAudit.objects.latest("pk").process_id
    hand = Limit(7)
    hand.case(Clock())
    hand.close()
    cursor.execute("SELECT max(case_id) FROM limit_audit")
    by_hand = cursor.fetchone()[0]

    def limit() -> Any:
        cursor.execute(
            "SELECT a.id, a.action, a.at, a.outcome, a.comment, u.name FROM limit_audit a LEFT JOIN cases_user u ON u.id = a.actor_id "
            "WHERE a.case_id = %s ORDER BY a.id",
            [by_hand],
        )
        return cursor.fetchall()

    def plain() -> Any:
        tasks = list(Task.objects.filter(process_id=process).select_related("owner").order_by("pk"))
        return tasks, list(PlainAudit.objects.filter(process_id=process).order_by("pk"))

    def decisions() -> Any:
        return [(row.step, row.outcome, row.opinion, row.signed, row.at) for row in decisions_of(case)]

    return {
        "ours: decisions": decisions, "ours: the whole timeline, in words": lambda: timeline(case).entries,
        "LIMIT": limit, "plain viewflow": plain,
    }  # fmt: skip


def tables(found: dict[str, Any]) -> list[tuple[str, Table]]:
    """One table for each read: medians in ms by size, ratio to LIMIT at the largest, growth."""
    shown = []
    for title in ("W2", "W3"):
        sizes = list(found[title])
        table = Table("ms", *(f"N = {int(size):,}" for size in sizes), "x LIMIT at most", "growth")
        for name in found[title][sizes[0]]:
            row = [found[title][size][name] for size in sizes]
            ratio = max(found[title][size][name] / found[title][size]["LIMIT"] for size in sizes)
            table.add(name, *row, ratio, row[-1] / row[0])
        shown.append((f"{title} ({'first page of a queue' if title == 'W2' else 'history of one case'})", table))
    return shown
