"""The queues of background work (队列): urgent, normal and bulk, each with workers of its own, so that none waits for another."""

from __future__ import annotations

from typing import Any

CLASSES = ("urgent", "normal", "bulk")


def name_of(urgency: str, default: str) -> str:
    """The queue of a class, beside the ordinary one."""
    return default if urgency == "normal" else f"{default}-{urgency}"


def all_of(default: str, *, quorum: bool) -> dict[str, dict[str, Any]]:
    """All queues as celery is told of them; a worker that is told of none takes from each of them in turn."""
    how = {"queue_arguments": {"x-queue-type": "quorum"}} if quorum else {}
    names = [name_of(urgency, default) for urgency in CLASSES]
    return {name: {"exchange": name, "exchange_type": "direct", "routing_key": name, **how} for name in names}
