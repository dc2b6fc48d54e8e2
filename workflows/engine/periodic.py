"""Periodic work (定时任务): each slot of each name runs once, however many clocks there are; the worker does it from the outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from cases.calendar import clock
from cases.calendar.rules import local_day, start_of
from cases.outgoing import actions as outgoing
from cases.outgoing.rules import Retry, Way
from workflows.models import PeriodicRun

TOPIC = "periodic"
LIMIT = timedelta(minutes=20)
"""Below half an hour, after which RabbitMQ takes an unanswered message back and the connection with it."""
BULK = Way("bulk")


@dataclass(frozen=True)
class Outcome:
    """结果: how much was done or found, and the cases that could not be done now and wait for the next run."""

    found: int
    left: tuple[int, ...] = ()


Does = Callable[[], int | Outcome]


@dataclass(frozen=True)
class Periodic:
    """一项定时任务: what it does, and when: at an hour of each day in China, or each so often."""

    name: str
    title: Any
    does: Does
    at: int | None
    each: timedelta | None
    limit: timedelta

    def slot(self, now: datetime) -> datetime:
        """The last moment at which it should have run."""
        if self.each is not None:
            begin = datetime(2000, 1, 1, tzinfo=UTC)
            return begin + (now - begin) // self.each * self.each
        today = start_of(local_day(now)) + timedelta(hours=self.at or 0)
        return today if today <= now else today - timedelta(days=1)


registered: dict[str, Periodic] = {}


def every(
    name: str, *, title: Any, at: int | None = None, each: timedelta | None = None, limit: timedelta = LIMIT
) -> Callable[[Does], Does]:
    """Register periodic work: `at` an hour of each day, or `each` so often; it may take `limit` and answers a number.

    The number is shown on the operations page: how much was done or found; with an `Outcome` also which cases were left. It runs in a worker, alone in its slot; a
    fault is tried again twice and then an incident. It must be safe to repeat. A slot missed while all was down is made up for once.
    """
    if (at is None) == (each is None):
        raise ValueError(f"{name}: say either at= or each=")

    def wrap(does: Does) -> Does:
        registered[name] = Periodic(name, title, does, at, each, limit)
        return does

    return wrap


def begin() -> int:
    """Ask a worker for every run whose time has come and that nobody has asked for; answers how many."""
    now = clock.now()
    slots = {one.name: one.slot(now) for one in registered.values()}
    known = PeriodicRun.objects.filter(name__in=slots, slot__in={*slots.values()}).values_list("name", "slot")
    return sum(_ask(name, slot, now) for name, slot in slots.items() - {*known})


def _ask(name: str, slot: datetime, now: datetime) -> bool:
    with transaction.atomic():
        run, made = PeriodicRun.objects.get_or_create(name=name, slot=slot)
        if made:
            key = f"periodic-{run.pk}"
            outgoing.send(topic=TOPIC, key=key, payload={"run": run.pk, "name": name}, now=now, way=BULK)
    return made


def _retry(payload: dict[str, Any]) -> Retry:
    known = registered.get(payload["name"])
    return Retry(attempts=3, timeout=known.limit if known else LIMIT)


@outgoing.handles(TOPIC, _retry)
def run(payload: dict[str, Any], key: str) -> None:
    """Do one run and keep what it found; called by the outbox."""
    rows = PeriodicRun.objects.filter(pk=payload["run"], ended_at=None)
    if not rows.update(started_at=clock.now()):
        return
    given = registered[payload["name"]].does()
    outcome = given if isinstance(given, Outcome) else Outcome(given)
    rows.update(ended_at=clock.now(), found=outcome.found, left=[*outcome.left])
