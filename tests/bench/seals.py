"""Seals: what the queue and the sealer cost the writers, and how long an entry waits for its signed root at a steady pace."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction

from cases.history.record import canonical, record
from cases.history.sealing import actions, rules
from cases.history.sealing.sealer import Sealer
from tests.bench.measure import Table
from tests.bench.show import say
from tests.bench.world import drive_link

ROUNDS, HANDS = 3, 4
TABLE = "CREATE TABLE IF NOT EXISTS bench_sealrow (id int PRIMARY KEY, n int NOT NULL); GRANT SELECT, UPDATE ON bench_sealrow TO {app}"
ROWS = "INSERT INTO bench_sealrow SELECT n, 0 FROM generate_series(0, 9999) n ON CONFLICT DO NOTHING"
LOG = """CREATE TABLE IF NOT EXISTS bench_seallog (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL,
    about text NOT NULL, action text NOT NULL, payload text NOT NULL); GRANT SELECT, INSERT ON bench_seallog TO {app}"""
LOGGED = "INSERT INTO bench_seallog (at, about, action, payload) VALUES (clock_timestamp(), %s, %s, %s)"
PLAIN = "UPDATE bench_sealrow SET n = n + 1 WHERE id = %s"


def measure(*, seconds: int, pace: int) -> dict[str, Any]:
    """Writers as fast as they can, four ways in turn; then so many transactions a second beside the sealer."""
    key = Path(tempfile.mkdtemp(prefix="relief-bench-seal-")) / "seal_key"
    actions.change_key(path=key, reason="bench")
    with connections["owner"].cursor() as cursor:
        cursor.execute(TABLE.replace("{app}", connection.settings_dict["USER"]))
        cursor.execute(LOG.replace("{app}", connection.settings_dict["USER"]))
        cursor.execute(ROWS)
    found: dict[str, Any] = {"load": os.getloadavg()[0], "rates": {}}
    rates: dict[str, list[float]] = {
        "a row changed": [],
        "the same with a plain log row": [],
        "the same with an event": [],
        "the same with an event, sealed meanwhile": [],
    }
    for _round in range(ROUNDS):
        rates["a row changed"].append(_rate(_plain, seconds))
        rates["the same with a plain log row"].append(_rate(_logged, seconds))
        rates["the same with an event"].append(_rate(_event, seconds))
        with _Sealing(key):
            rates["the same with an event, sealed meanwhile"].append(_rate(_event, seconds))
    found["rates"] = {name: statistics.median(some) for name, some in rates.items()}
    say(f"rates {found['rates']}")
    drained = Sealer(key)
    while drained.one_pass():
        pass
    connections["sealer"].close()
    with _Sealing(key):
        threading.Event().wait(3)
        first = _last_event()
        found["pace"] = _paced(pace, seconds * 3)
        threading.Event().wait(3)
    found["waits"] = _waits(first)
    return found


def tables(found: dict[str, Any]) -> list[tuple[str, Table]]:
    """The rates, and the waits of entries for their seal."""
    rates, waits = found["rates"], found["waits"]
    base, logged = rates["a row changed"], rates["the same with a plain log row"]
    cost = Table("transactions/s", "median", "of the first", "of the plain log")
    for name, rate in rates.items():
        cost.add(name, rate, rate / base, rate / logged)
    lag = Table("event to checkpoint", "s")
    for name in ("p50", "p99", "max"):
        lag.add(name, waits[name])
    title = f"Waits for the seal at {found['pace']:.0f} transactions a second, {waits['count']} entries, load {found['load']:.1f}"
    return [("What history costs a transaction of one row", cost), (title, lag)]


class _Sealing:
    """A sealer of its own in a thread, with the ticks of the command."""

    def __init__(self, key: Path) -> None:
        self.sealer, self.stop = Sealer(key), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_fault: Any) -> None:
        self.stop.set()
        self.thread.join()

    def _run(self) -> None:
        pause = 1.0
        while not self.stop.wait(pause):
            pause = 0.0 if self.sealer.one_pass() == rules.AT_ONCE else 1.0
        connections.close_all()


def _plain(hand: int, number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAIN, [hand * 2500 + number % 2500])


def _logged(hand: int, number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAIN, [hand * 2500 + number % 2500])
        cursor.execute(LOGGED, [f"seal-{hand}-{number % 50}", "bench.sealed", canonical(_said(number))])


def _said(number: int) -> dict[str, Any]:
    return {"n": number, "words": "x" * 400}


def _event(hand: int, number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAIN, [hand * 2500 + number % 2500])
        record("bench.sealed", about=("plain", f"seal-{hand}-{number % 50}"), payload=_said(number))


def _rate(does: Any, seconds: float) -> float:
    """Transactions a second of all hands together."""
    done: list[int] = []

    def work(hand: int) -> None:
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            does(hand, number)
            number += 1
        done.append(number)
        connections.close_all()

    hands = [threading.Thread(target=work, args=[hand]) for hand in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return sum(done) / seconds


def _paced(pace: int, seconds: int) -> float:
    """So many transactions a second, as far as the machine keeps up; what it was."""
    began, number = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        if number < passed * pace:
            _event(0, number)
            number += 1
        else:
            threading.Event().wait(0.002)
    return number / seconds


def _last_event() -> int:
    with drive_link() as link, link.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM cases_event")
        return int(cursor.fetchone()[0])


def _waits(first: int) -> dict[str, float]:
    """From the recording of each later entry to the time of the first checkpoint over it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY w), percentile_disc(0.99) WITHIN GROUP (ORDER BY w), "
            "max(w) FROM (SELECT extract(epoch FROM (SELECT min(c.at) FROM cases_checkpoint c WHERE c.tree_size > l.leaf) "
            "- e.recorded_at)::float8 AS w FROM cases_event e JOIN cases_leaf l ON l.src = 1 AND l.ref = e.id WHERE e.id > %s) x",
            [first],
        )
        count, half, most, longest = cursor.fetchone()
    return {"count": count, "p50": half, "p99": most, "max": longest}
