"""Given the same: side rows and chained history for plain viewflow, through the ORM, as its own project would write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from cases.history.record import record
from tests.bench.models import ClaimTimer, Decided, Duty, Handover, Item, PlainAudit

ON = False
"""Whether this process wears the dress of the product."""
KIND = "plain"
ROLES = {
    "preliminary": ("CTY1", 1), "review": ("CTY2", 2), "approval": ("MUN", 3), "notify": ("PRV1", None),
    "prepare": ("PRV2", None),
}  # fmt: skip


def filed(process: Any, by: Any) -> None:
    """The case was started."""
    _audit(process, None, "started", by)
    if ON:
        record("case.started", about=(KIND, process.pk), object=process, payload={"flow": "bench/v1"}, by=by)


def offered(activation: Any) -> None:
    """A task was made: its item with role, area and due date."""
    at, name = now(), activation.flow_task.name
    role, level = ROLES[name]
    item = Item.objects.create(
        case_id=activation.process.pk, task=activation.task, step=name, level=level, role=role,
        division_code="640422", due_on=(at + timedelta(days=7)).date(), offered_at=at,
    )  # fmt: skip
    payload = {"step": name, "due_on": item.due_on, "provisional": False, "role": role, "code": "640422"}
    record("step.offered", about=(KIND, activation.process.pk), object=item, payload=payload)


def claimed(process: Any, task: Any, by: Any) -> None:
    """Somebody took a task."""
    _audit(process, task, "claimed", by)
    if not ON:
        return
    at = now()
    item = Item.objects.get(task=task)
    item.state, item.holder_id, item.claimed_at, item.row_version = "claimed", by.pk, at, item.row_version + 1
    item.save(update_fields=["state", "holder_id", "claimed_at", "row_version"])
    Handover.objects.create(case_id=process.pk, item=item, kind="claimed", to_person_id=by.pk, at=at, seen_at=at)
    ClaimTimer.objects.create(case_id=process.pk, key=str(item.pk), due_at=at + timedelta(days=3))
    payload = {"step": item.step, "kind": "claimed", "to": by.pk, "until": at.date()}
    record("task.claimed", about=(KIND, process.pk), object=item, payload=payload, by=by)


def decided(process: Any, task: Any, by: Any, comment: str) -> None:
    """Somebody decided a task; a neighbouring level is refused by the table of duties."""
    _audit(process, task, "decided", by, "agree", comment)
    if not ON:
        return
    at = now()
    item = Item.objects.get(task=task)
    ClaimTimer.objects.filter(case_id=process.pk, key=str(item.pk), done_at=None, cancelled_at=None).update(
        cancelled_at=at
    )
    item.state, item.done_at, item.row_version = "done", at, item.row_version + 1
    item.save(update_fields=["state", "done_at", "row_version"])
    made = Decided.objects.create(
        case_id=process.pk, item=item, step=item.step, level=item.level, outcome="agree", opinion=comment,
        actor_id=by.pk, role=item.role, happened_on=at.date(), at=at,
    )  # fmt: skip
    if item.level is not None:
        Duty.objects.create(
            case_id=process.pk, actor_id=by.pk, level=item.level, low=item.level // 2, high=(item.level + 1) // 2
        )
    payload = {"step": item.step, "outcome": "agree", "round": 1, "opinion": comment, "entrusted_from": ""}
    record("task.decided", about=(KIND, process.pk), object=made, payload=payload, by=by)


def paid(process: Any) -> None:
    """The automatic payout step."""
    _audit(process, None, "paid", None)
    if ON:
        record("case.paid", about=(KIND, process.pk), object=process, payload={"amount": process.amount})


def _audit(process: Any, task: Any, action: str, by: Any, outcome: str = "", comment: str = "") -> None:
    at: datetime = now()
    PlainAudit.objects.create(
        process_id=process.pk, task=task, action=action, actor_id=by.pk if by else None, outcome=outcome,
        comment=comment, at=at,
    )  # fmt: skip
