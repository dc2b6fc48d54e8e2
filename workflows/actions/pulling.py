"""Work that a partner's machine fetches (外部领取): leased, held longer, answered or given back, as a worker of ours would."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import MachineKey
from cases.access.queries import require
from cases.dossier.queries import lock_case
from cases.errors import Refusal, Stale
from cases.history.record import action, record
from cases.outgoing import actions as outgoing
from cases.outgoing import leases
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import Fault
from workflows.actions.claiming import act_as
from workflows.actions.jobs import LOST, job_over
from workflows.engine import jobs

RIGHT = "work.pull"


@action("work.fetch", about="none")
def fetch_work(
    *, machine: MachineKey, topic: str, most: int, seconds: int, by: Any, now: datetime | None = None
) -> list[Outgoing]:
    """领取工作: up to so many orders of one topic of the key, leased for so many seconds; of one case one at a time.

    What is not answered in that time goes to whoever fetches next, and counts as a try.
    """
    assert now is not None
    _as_machine(machine, topic, by)
    length = timedelta(seconds=seconds)
    rows = jobs.fetch(topic, area=machine.area, most=most, length=length, by=by, now=now)
    for row in rows:
        _told("job.fetched", row, {"until": row.lease_until, "try": row.attempts})
    return rows


@action("work.extend")
def extend_work(
    *, case: int, order: Outgoing, lease: str, machine: MachineKey, seconds: int, by: Any, now: datetime | None = None
) -> datetime:
    """延长租约: so many seconds from now; answers until when. Stale when it is over."""
    assert now is not None
    _as_machine(machine, order.topic, by)
    lock_case(case)
    until = now + timedelta(seconds=seconds)
    if not _held(order, lease, by, now).update(lease_until=until):
        raise Stale(LOST, code="lease_lost")
    _told("job.kept", order, {"until": until})
    return until


@action("work.complete")
def complete_work(
    *, case: int, order: Outgoing, lease: str, machine: MachineKey, result: dict[str, Any], by: Any,
    now: datetime | None = None,
) -> str:  # fmt: skip
    """办成: the case leaves the step with this result, in the form of its topic, as if our own worker had done it."""
    assert now is not None
    _as_machine(machine, order.topic, by)
    given = jobs.pulled[order.topic].given(result)
    _over(order, lease, "done", given, by, now)
    return "done"


@action("work.fail")
def fail_work(
    *, case: int, order: Outgoing, lease: str, machine: MachineKey, code: str, lasting: bool, by: Any,
    now: datetime | None = None,
) -> str:  # fmt: skip
    """办不成: a lasting no leaves by the exit of the step for it; anything else is tried again, and at last an incident.

    Answers how it ended: failed, again or parked.
    """
    assert now is not None
    _as_machine(machine, order.topic, by)
    if lasting and jobs.may_fail(order.payload):
        _over(order, lease, "failed", {"code": code}, by, now)
        return "failed"
    lock_case(case)
    if not _held(order, lease, by, now).exists():
        raise Stale(LOST, code="lease_lost")
    outgoing.failed(order, Fault(code, ""))
    order.refresh_from_db()
    outcome = "again" if order.parked_at is None else "parked"
    _told("job.tried", order, {"code": code, "try": order.attempts, "outcome": outcome})
    return outcome


def _as_machine(machine: MachineKey, topic: str, by: Any) -> None:
    """Only with the key, for its topics, and while the account has the post for its area."""
    act_as(require(by, RIGHT, machine.area))
    if by.pk != machine.user_id or topic not in machine.topics or topic not in jobs.pulled:
        raise Refusal(_("这把钥匙不能领这一类工作。"), code="not_your_topic")


def _held(row: Outgoing, lease: str, by: Any, now: datetime) -> Any:
    return leases.mine(row).filter(lease=lease, leased_by=by, lease_until__gt=now)


def _over(row: Outgoing, lease: str, outcome: str, result: dict[str, Any], by: Any, now: datetime) -> None:
    where = {name: row.payload[name] for name in ("case", "item")}
    if row.leased_by_id != by.pk:
        raise Stale(LOST, code="lease_lost")
    job_over(**where, outcome=outcome, result=result, key=row.key, lease=lease, by=by, now=now)


def _told(name: str, row: Outgoing, told: dict[str, Any]) -> None:
    record(name, about=("case", row.payload["case"]), object=row, payload={"step": row.payload["step"], **told})
