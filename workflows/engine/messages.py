"""Messages of other systems (消息): kept until the case waits for them, then delivered through the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.outgoing import actions as outgoing
from cases.outgoing.rules import NotNow
from workflows.models import Message, WorkItem

TOPIC = "message"
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


def send_later(message: Message, item: WorkItem, *, now: datetime) -> None:
    """To be delivered to this step, once."""
    payload = {"message": message.pk, "item": item.pk}
    outgoing.send(topic=TOPIC, key=f"message-{message.pk}-{item.pk}", payload=payload, now=now)


@outgoing.handles(TOPIC)
def deliver(payload: dict[str, Any], key: str) -> None:
    """Deliver one message that came early, or while the case was suspended; called by the outbox."""
    delivered = _deliver[0](message=payload["message"], by=None)
    if not delivered and WorkItem.objects.filter(pk=payload["item"], state="open").exists():
        raise NotNow
