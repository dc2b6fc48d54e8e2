"""A message of another system about a case (消息): taken once for each id, at once or when the case waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import is_known, require
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Stale
from cases.history.record import action, record
from workflows import offers
from workflows.actions.claiming import act_as
from workflows.actions.moving import fact
from workflows.engine import messages
from workflows.flow import road_of
from workflows.models import Message, WorkItem
from workflows.suspended import suspension_of


@action("message.receive")
def receive_message(
    *, case: Case, name: str, key: str, details: Mapping[str, Any], by: Any, now: datetime | None = None
) -> Message:
    """收到消息: a fact about a case from whoever answers for the step that waits for it.

    The same id again answers the message that it made; with other contents it is refused. `details` hold ids and codes,
    never data of people. Before its time it is kept.
    """
    assert now is not None
    if not is_known(by, case.pk):
        raise NotFound()
    locked = offers.hold(lock_case(case.pk))
    node = _waiting_for(locked, name)
    act_as(require(by, node.role, locked.handling_code))
    message, made = Message.objects.get_or_create(
        key=key, defaults={"case": locked, "name": name, "details": dict(details), "by": by, "received_at": now}
    )
    if not made:
        if (message.case_id, message.name, message.details) != (locked.pk, name, dict(details)):
            said = _("这个消息编号已经用过，内容不同。")
            raise Invalid(said, fields={"id": said})
        return message
    if locked.closed_at is not None:
        raise Stale(_("这件已经办结，不再收消息。"))
    record(
        "message.received",
        about=("case", locked.pk),
        object=message,
        payload={"name": name, "details": message.details},
    )
    _deliver(message, now)
    return message


@action("message.deliver")
def deliver_message(*, message: int, by: Any, now: datetime | None = None) -> bool:
    """送达消息: one that came early moves its case, when that waits for it; a second try moves nothing.

    Answers whether it is delivered: not while the case is suspended, or waits for it no more.
    """
    assert now is not None
    found = Message.objects.select_related("by").get(pk=message)
    found.case = offers.hold(lock_case(found.case_id))
    found.refresh_from_db(fields=["delivered_at"])
    if found.delivered_at is None:
        _deliver(found, now)
    return found.delivered_at is not None


def _waiting_for(case: Case, name: str) -> Any:
    road = road_of(case)
    nodes = (getattr(road, step) for step in road.reading_order)
    node = next((node for node in nodes if name in getattr(node, "exits", {}) and node.exits[name].message), None)
    if node is None:
        said = _("这个项目的流程不收这种消息。")
        raise Invalid(said, fields={"name": said})
    return node


def _deliver(message: Message, now: datetime) -> None:
    road = road_of(message.case)
    live = WorkItem.objects.filter(case=message.case, state__in=["open", "claimed"]).order_by("pk")
    item = next((item for item in live if _takes(getattr(road, item.step), message.name)), None)
    if item is None:
        return  # it is looked for when such a step opens
    item.case = message.case
    if suspension_of(item) is not None or any(pk < message.pk for pk in messages.kept(message.case_id)):
        messages.send_later(message, item, now=now)
        return
    message.delivered_at = now
    message.save(update_fields=["delivered_at"])
    fact(message.case, message.name, by=message.by, now=now, **message.details)


def _takes(node: Any, name: str) -> bool:
    """Whether this fact moves the step, so that nobody has to decide it."""
    exit = node.exits.get(name)
    return exit is not None and exit.kind in ("wait", "fact")
