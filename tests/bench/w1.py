"""W1, one relief case: every peer in random order, rounds with one and with four clients, ratios within a round."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import defaultdict
from typing import Any

from django.db import connections

from tests.bench.measure import Clock, Table, counted, is_control, median, p95
from tests.bench.peers.limit import Limit, LimitSame
from tests.bench.peers.ours import Ours
from tests.bench.peers.plain import Plain, PlainSame
from tests.bench.show import say

PEERS = (Ours, PlainSame, LimitSame, Plain, Limit)
FORK = multiprocessing.get_context("fork")
LAST = "complete prepare"


def measure(*, rounds: int, seconds: float, clients: tuple[int, ...], per_case: int) -> dict[str, Any]:
    """All rounds; the figures of each peer by number of clients, and what one case costs it."""
    kept: dict[int, list[dict[str, dict[str, Any]]]] = {count: [] for count in clients}
    for number in range(rounds):
        for count in clients:
            one: dict[str, dict[str, Any]] = {}
            for peer in random.sample(PEERS, len(PEERS)):
                say(f"W1 round {number + 1}/{rounds}, {count} client(s): {peer.name}")
                one[peer.name] = _together(peer, count, seconds)
            kept[count].append(one)
    return {"rounds": {str(count): _summary(rows) for count, rows in kept.items()}, "per_case": costs(per_case)}


def _together(peer: Any, count: int, seconds: float) -> dict[str, Any]:
    """So many client processes of one peer at once; cases a second and the times of all."""
    connections.close_all()
    ready, answers = FORK.Barrier(count), FORK.SimpleQueue()
    seeds = [random.randrange(10**9) for _ in range(count)]
    clients = [FORK.Process(target=_client, args=(peer, seed, seconds, ready, answers)) for seed in seeds]
    for client in clients:
        client.start()
    told = [answers.get() for _ in clients]
    for client in clients:
        client.join()
    if faults := [answer["fault"] for answer in told if "fault" in answer]:
        raise RuntimeError(faults[0])
    times: dict[str, list[float]] = defaultdict(list)
    for answer in told:
        for label, values in answer["times"].items():
            times[label] += values
    complete = [value for label, values in times.items() if label.startswith("complete") for value in values]
    return {
        "cases_s": sum(answer["cases"] / answer["seconds"] for answer in told),
        "start_ms": median(times["start"]), "claim_ms": median(times["claim"]), "claim_p95": p95(times["claim"]),
        "complete_ms": median(complete), "complete_p95": p95(complete), "last_p95": p95(times[LAST]),
        "cpu_ms": 1000 * sum(answer["cpu"] for answer in told) / max(1, sum(answer["cases"] for answer in told)),
    }  # fmt: skip


def _client(peer: Any, seed: int, seconds: float, ready: Any, answers: Any) -> None:
    try:
        mine = peer(seed)
        mine.case(Clock())  # what the first case alone costs is not the engine's: imports, plans, caches
        clock, cases = Clock(), 0
        ready.wait()
        begin, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() - begin < seconds:
            mine.case(clock)
            cases += 1
        spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
        mine.close()
        answers.put({"cases": cases, "seconds": spent, "cpu": cpu, "times": dict(clock.times)})
    except BaseException as fault:  # noqa: BLE001 - told to the parent, which stops the run
        ready.abort()
        answers.put({"fault": f"{peer.name}: {type(fault).__name__}: {fault}"})


def _summary(rounds: list[dict[str, dict[str, Any]]]) -> dict[str, dict[str, float]]:
    """Medians of each figure, and the median of the ratios within each round."""
    found: dict[str, dict[str, float]] = {}
    for peer in PEERS:
        name = peer.name
        row = {figure: median([one[name][figure] for one in rounds]) for figure in rounds[0][name]}
        for other in PEERS[1:]:
            row[f"x {other.name}"] = median([one[name]["cases_s"] / one[other.name]["cases_s"] for one in rounds])
        row["last_p95 x"] = median([one[name]["last_p95"] / one[PlainSame.name]["last_p95"] for one in rounds])
        found[name] = row
    return found


def costs(cases: int) -> dict[str, dict[str, Any]]:
    """Statements, round trips, rows and bytes of one case, one client."""
    found: dict[str, dict[str, Any]] = {}
    for peer in PEERS:
        say(f"W1 rows and bytes: {peer.name}")
        before = _server()
        client = peer(random.randrange(10**9))
        for _ in range(cases):
            client.case(Clock())
        clock = Clock(counting=True)
        if not issubclass(peer, Limit):
            client.case(clock)
        client.close()
        after = _server()
        row: dict[str, Any] = {name: (after[name] - before[name]) / cases for name in before}
        row["statements"] = {
            label: [sum(not is_control(sql) for sql in seen[0]), len(seen[0])]
            for label, seen in clock.statements.items()
        } or {label: [1, 1] for label in ("start", "claim", LAST)}
        found[peer.name] = row
    return found


def _server() -> dict[str, int]:
    """What the server counted so far: rows inserted and updated, bytes of log and of tables with indexes."""
    from django.db import connection

    connections.close_all()
    time.sleep(1.2)  # a session tells its counts at its end, at most once a second
    with counted(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins), 0)::bigint, coalesce(sum(n_tup_upd), 0)::bigint, "
            "(pg_current_wal_insert_lsn() - '0/0')::bigint, coalesce(sum(pg_total_relation_size(relid)), 0)::bigint "
            "FROM pg_stat_user_tables"
        )
        row = cursor.fetchone()
    return dict(zip(("rows_inserted", "rows_updated", "log_bytes", "table_bytes"), row, strict=True))


def tables(found: dict[str, Any]) -> list[tuple[str, Table]]:
    """The printed tables."""
    shown = []
    for count, rows in found["rounds"].items():
        table = Table(
            "peer", "cases/s", "x viewflow (same)", "x LIMIT (same)", "x viewflow bare", "x LIMIT bare", "start ms", "claim ms",
            "complete ms p50 / p95", "last completion p95 (x viewflow same)", "client CPU ms/case",
        )  # fmt: skip
        for name, row in rows.items():
            table.add(
                name, row["cases_s"], *(row[f"x {peer.name}"] for peer in PEERS[1:]), row["start_ms"], row["claim_ms"],
                f"{row['complete_ms']:.1f} / {row['complete_p95']:.1f}", f"{row['last_p95']:.1f} ({row['last_p95 x']:.2f})",
                row["cpu_ms"],
            )  # fmt: skip
        shown.append((f"W1, {count} client(s)", table))
    table = Table("peer", "rows inserted", "rows updated", "log bytes", "table bytes", "claim", "complete review", LAST)
    for name, row in found["per_case"].items():
        spoken = [
            row["statements"].get(label, row["statements"].get(LAST)) for label in ("claim", "complete review", LAST)
        ]
        table.add(
            name, *(round(row[key]) for key in ("rows_inserted", "rows_updated", "log_bytes", "table_bytes")),
            *(f"{real} ({every})" for real, every in spoken),
        )  # fmt: skip
    shown.append(("One case: rows and bytes; statements of a step (with BEGIN, COMMIT, savepoints)", table))
    return shown
