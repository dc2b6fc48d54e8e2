"""Messages of other systems (消息): kept until the case waits for them, then delivered through the outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cases.history.record import record
from cases.outgoing import actions as outgoing
from cases.outgoing.rules import NotNow, Way
from workflows.models import Message, WorkItem

TOPIC = "message"
HELD = "held-"
URGENT = Way("urgent")
"""What the bank says goes before letters."""
_deliver: list[Callable[..., bool]] = []


def delivers_with(deliver: Callable[..., bool]) -> None:
    """Register the act that delivers a message (the engine calls up through this)."""
    _deliver[:] = [deliver]


def look(item: WorkItem, node: Any, *, now: datetime) -> None:
    """A step opens: what came early and fits it is sent for, in the same transaction."""
    names = [exit.name for exit in getattr(node, "exits", {}).values() if exit.message]
    if not names:
        return
    early = Message.objects.filter(case=item.case_id, name__in=names, delivered_at=None).order_by("pk").first()
    if early is not None:
        send_later(early, item, now=now)


def keep(item: WorkItem, name: str, details: Mapping[str, Any], *, by: Any, now: datetime) -> None:
    """停办期间收到的事实: it happened and is kept; it moves the case, in the order of coming, when that goes on."""
    told = json.loads(json.dumps(dict(details), default=str))
    message = Message.objects.create(
        case=item.case, name=name, key=f"{HELD}{uuid.uuid4()}", details=told, by=by, received_at=now
    )
    record("message.received", about=("case", item.case_id), object=message, payload={"name": name, "details": told})
    send_later(message, item, now=now)


def kept(case_id: int) -> list[int]:
    """What is kept of a case, in the order of coming."""
    rows = Message.objects.filter(case=case_id, delivered_at=None, key__startswith=HELD)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def send_later(message: Message, item: WorkItem, *, now: datetime) -> None:
    """To be delivered to this step, once."""
    payload = {"message": message.pk, "item": item.pk}
    outgoing.send(topic=TOPIC, key=f"message-{message.pk}-{item.pk}", payload=payload, now=now, way=URGENT)


@outgoing.handles(TOPIC)
def deliver(payload: dict[str, Any], key: str) -> None:
    """Deliver one message that came early, or while the case was suspended; called by the outbox."""
    delivered = _deliver[0](message=payload["message"], by=None)
    if not delivered and WorkItem.objects.filter(pk=payload["item"], state="open").exists():
        raise NotNow
