"""Many hands at once: fifty people at one queue, eight at one case, two branches that meet at the same moment."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import DatabaseError, connection
from viewflow.workflow.exceptions import FlowLockFailed
from viewflow.workflow.models import Task

from cases.access.models import Office, Post, User
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Refusal
from cases.history.record import action
from tests.bench.bulk import PLAIN, Filling
from tests.bench.measure import Clock, Table, p95
from tests.bench.peers import limit, ours, plain
from tests.bench.show import say
from tests.bench.stock import PlainFlow
from tests.bench.world import COMMENT, drive_link, permit
from workflows import actions
from workflows.models import WorkItem

HOLD = 0.02
"""How long each of eight keeps the case, in seconds."""
NEXT_BY_HAND = (
    "UPDATE limit_task SET state = 'claimed', holder_id = %s, claimed_at = now() WHERE id = (SELECT id FROM limit_task "
    "WHERE state = 'open' AND role = 'CTY1' ORDER BY due_on, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
)
Work = Callable[[int], int | None]


def measure(*, people: int, tasks: int, seconds: float, pairs: int) -> dict[str, Any]:
    """All three races."""
    Filling(role="'CTY1'").to(tasks)
    return {"claim": _claims(people, seconds), "case": _one_case(), "join": _joins(pairs)}


def _together(count: int, work: Callable[[int, list[float], list[str]], None]) -> tuple[list[float], list[str], float]:
    """So many threads at once; the times of what they did, their errors, and how long all of it took."""
    times: list[float] = []
    faults: list[str] = []

    def run(number: int) -> None:
        try:
            work(number, times, faults)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, faults, time.perf_counter() - begin


def _claims(people: int, seconds: float) -> dict[str, Any]:
    users = _reviewers(people)

    def next_of_ours(number: int) -> int | None:
        found = actions.claim_next(by=users[number])
        return found.pk if found else None

    def next_of_plain(number: int) -> int | None:
        rows = Task.objects.filter(process__flow_class=PlainFlow, status="NEW", pk__gt=PLAIN).user_queue(users[number])
        task = rows.select_related("process__plaincase").order_by("process__plaincase__due_on").first()
        if task is not None:
            plain.assign(task.process_id, task.pk, users[number])
        return task.pk if task else None

    links = [drive_link().cursor() for _ in users]

    def next_by_hand(number: int) -> int | None:
        links[number].execute(NEXT_BY_HAND, [users[number].pk])
        row = links[number].fetchone()
        return row[0] if row else None

    found = {}
    for name, take in (("ours", next_of_ours), ("plain viewflow", next_of_plain), ("LIMIT", next_by_hand)):
        say(f"claim race: {people} people, {name}")
        found[name] = _race(take, people, seconds)
    return found


def _race(take: Work, people: int, seconds: float) -> dict[str, float]:
    taken: list[int] = []

    def work(number: int, times: list[float], faults: list[str]) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            begin = time.perf_counter()
            try:
                got = take(number)
            except (Refusal, FlowLockFailed, DatabaseError, PermissionError, Exception) as fault:  # noqa: BLE001 - counted
                faults.append(type(fault).__name__)
                continue
            times.append((time.perf_counter() - begin) * 1000)
            if got is not None:
                taken.append(got)

    times, faults, spent = _together(people, work)
    return {
        "claims_s": len(taken) / spent, "p95_ms": p95(times), "errors": len(faults), "kinds": dict(Counter(faults)),
        "twice": len(taken) - len(set(taken)),
    }  # fmt: skip


def _reviewers(count: int) -> list[User]:
    office = Office.objects.get(division_code="640422", kind="redcross")
    made = []
    for number in range(count):
        user = User.objects.create(username=f"bench{number}", name=f"量速{number}", is_office=True)
        Post.objects.create(user=user, role_id="CTY1", office=office, starts_on=date(2026, 1, 1))
        made.append(user)
    permit(*(user.username for user in made))
    return made


@action("bench.hold")
def hold(*, case: int, by: Any, now: Any = None) -> None:
    """Lock a case and keep it for a moment."""
    lock_case(case)
    time.sleep(HOLD)


def _one_case() -> dict[str, Any]:
    client = ours.Ours(3)
    with Clock()("start"):
        case = ours.begin(number="HOLD", policy=client.policy, by=client.people["applicant"]).pk
        process = plain.start(client.people["preliminary"])
    link = drive_link()
    with link.cursor() as cursor:
        cursor.execute(
            "INSERT INTO limit_case (applicant, amount, state, division_code, submitted_at, open) VALUES ('', 0, '', '', now(), 0) RETURNING id"
        )
        by_hand = cursor.fetchone()[0]

    def plain_hold(number: int) -> None:
        with PlainFlow.lock(process):
            time.sleep(HOLD)

    links = [drive_link() for _ in range(8)]

    def hand_hold(number: int) -> None:
        links[number].autocommit = False
        with links[number].cursor() as cursor:
            cursor.execute("SELECT 1 FROM limit_case WHERE id = %s FOR NO KEY UPDATE", [by_hand])
            time.sleep(HOLD)
        links[number].commit()

    found = {}
    kinds: dict[str, Callable[[int], Any]] = {
        "ours": lambda number: hold(case=case, by=client.people["preliminary"]), "plain viewflow": plain_hold, "LIMIT": hand_hold,
    }  # fmt: skip
    for name, keep in kinds.items():
        say(f"one case: 8 hands, 5 times, {name}")

        def work(number: int, times: list[float], faults: list[str], keep: Callable[[int], Any] = keep) -> None:
            for _ in range(5):
                begin = time.perf_counter()
                try:
                    keep(number)
                except (Refusal, FlowLockFailed) as fault:
                    faults.append(type(fault).__name__)
                times.append((time.perf_counter() - begin) * 1000)

        times, faults, spent = _together(8, work)
        found[name] = {"total_s": spent, "p95_ms": p95(times), "errors": len(faults)}
    return found


def _joins(pairs: int) -> dict[str, Any]:
    """Both branches of a case are done at the same moment: it goes on once, and how long the slower of the two waits."""
    found: dict[str, Any] = {}
    say(f"two branches at the same moment: {pairs} cases")
    client, theirs = ours.Ours(4), plain.Plain(4)
    cases = []
    for number in range(pairs):
        case = ours.begin(number=f"J{number}", policy=client.policy, by=client.people["applicant"])
        for step in ("preliminary", "review", "approval"):
            item = WorkItem.objects.get(case=case, step=step)
            actions.decide(item=item.pk, outcome="agree", opinion=COMMENT, by=client.people[step])
        cases.append({item.step: item.pk for item in WorkItem.objects.filter(case=case, state="open")})
    found["ours"] = _pairs(
        [
            {
                step: (
                    lambda pk=pk, step=step: actions.decide(
                        item=pk, outcome="agree", opinion=COMMENT, by=client.people[step]
                    )
                )
                for step, pk in one.items()
            }
            for one in cases
        ]
    )
    found["ours"]["closed"] = Case.objects.filter(number__startswith="J", state="CLOSED").count()
    processes = []
    for _ in range(pairs):
        pk = plain.start(theirs.people["preliminary"])
        for step in ("preliminary", "review", "approval"):
            _plain_step(pk, step, theirs.people[step])
        for step in ("notify", "prepare"):
            task = Task.objects.filter(process_id=pk, status="NEW").get(flow_task=getattr(PlainFlow, step))
            plain.claim(pk, task.pk, theirs.people[step])
        processes.append(pk)
    found["plain viewflow"] = _pairs(
        [
            {
                step: (lambda pk=pk, step=step: _plain_step(pk, step, theirs.people[step], claim=False))
                for step in ("notify", "prepare")
            }
            for pk in processes
        ]
    )
    found["plain viewflow"]["closed"] = Task.objects.filter(
        process_id__in=processes, flow_task_type="END", status="DONE"
    ).count()
    hand = limit.Limit(4)
    todo = []
    for _ in range(pairs):
        pk = hand._do(hand.begin, by=hand.people["preliminary"])
        for step in ("preliminary", "review", "approval"):
            hand.cursor.execute("SELECT id FROM limit_task WHERE case_id = %s AND step = %s", [pk, step])
            task = hand.cursor.fetchone()[0]
            hand._do(hand.take, task=task, by=hand.people[step])
            hand._do(hand.done[step], task=task, by=hand.people[step], comment=COMMENT)
        hand.cursor.execute("SELECT step, id FROM limit_task WHERE case_id = %s AND state = 'open'", [pk])
        todo.append((pk, dict(hand.cursor.fetchall())))
        for step, task in todo[-1][1].items():
            hand._do(hand.take, task=task, by=hand.people[step])
    other = limit.Limit(5)
    by_step = {"notify": hand, "prepare": other}
    found["LIMIT"] = _pairs(
        [
            {
                step: (
                    lambda task=task, step=step: by_step[step]._do(
                        hand.done[step], task=task, by=hand.people[step], comment=COMMENT
                    )
                )
                for step, task in tasks.items()
            }
            for _pk, tasks in todo
        ]
    )
    hand.cursor.execute(
        "SELECT count(*) FROM limit_case WHERE state = 'CLOSED' AND id = ANY (%s)", [[pk for pk, _tasks in todo]]
    )
    found["LIMIT"]["closed"] = hand.cursor.fetchone()[0]
    hand.close()
    other.close()
    return found


def _plain_step(process: int, step: str, by: Any, claim: bool = True) -> None:
    task = Task.objects.filter(process_id=process).get(flow_task=getattr(PlainFlow, step))
    if claim:
        plain.claim(process, task.pk, by)
    plain.complete(process, task.pk, by)


def _pairs(cases: list[dict[str, Callable[[], Any]]]) -> dict[str, Any]:
    """Two threads; each does its branch of every case when the other is ready for it too."""
    meet = threading.Barrier(2)

    def work(number: int, times: list[float], faults: list[str]) -> None:
        for one in cases:
            do = one[("notify", "prepare")[number]]
            meet.wait(60)
            begin = time.perf_counter()
            try:
                do()
            except Exception as fault:  # noqa: BLE001 - counted
                faults.append(type(fault).__name__)
            times.append((time.perf_counter() - begin) * 1000)

    times, faults, _spent = _together(2, work)
    slower = [max(times[at : at + 2]) for at in range(0, len(times), 2)]
    return {"p50_ms": sorted(slower)[len(slower) // 2], "p95_ms": p95(slower), "errors": len(faults), "of": len(cases)}


def tables(found: dict[str, Any]) -> list[tuple[str, Table]]:
    """One table a race."""
    claims = Table("peer", "claims/s", "p95 ms", "errors", "claimed twice")
    one = Table("peer", "total s (0.8 at best)", "p95 ms", "errors")
    joins = Table("peer", "slower of two, p50 ms", "p95 ms", "errors", "went on once, of")
    for name in found["claim"]:
        claims.add(name, *(found["claim"][name][key] for key in ("claims_s", "p95_ms", "errors", "twice")))
        one.add(name, *(found["case"][name][key] for key in ("total_s", "p95_ms", "errors")))
        row = found["join"][name]
        joins.add(name, row["p50_ms"], row["p95_ms"], row["errors"], f"{row['closed']} of {row['of']}")
    return [
        ("Claim race at one queue", claims), ("Eight hands at one case, 20 ms each, five times", one),
        ("Two branches done at the same moment", joins),
    ]  # fmt: skip
