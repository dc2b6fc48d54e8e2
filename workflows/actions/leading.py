"""What a head of an office does with the work of his people (负责人): says what is urgent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Stale
from cases.history.record import action, record
from cases.policy.queries import policy_of
from cases.sealed import commitment_of
from workflows import holding, turns
from workflows.actions.claiming import act_as
from workflows.actions.common import locked, must_be_unchanged, must_lead, what_happened
from workflows.models import WorkItem


@action("task.priority")
def set_priority(
    *,
    item: WorkItem | int,
    days: int,
    reason: str,
    row_version: int | None = None,
    by: Any,
    now: datetime | None = None,
) -> WorkItem:
    """改优先: a head brings a step of his area forward by so many days, or takes its priority away (0), with a reason.

    How much of it counts is capped by how long the queue waits (`workflows.rules.priority`).
    """
    assert now is not None
    found = locked(item)
    act_as(must_lead(found, by))
    must_be_live(found, row_version)
    policy = policy_of(found.case)
    most = policy.days("head_start")
    faults: dict[str, Any] = {} if 0 <= days <= most else {"days": _("请填 0 到 %(most)s 天") % {"most": most}}
    if not reason.strip():
        faults["reason"] = _("请写明原因")
    if faults:
        raise Invalid(_("改优先要写天数和原因。"), fields=faults)
    before, found.priority = found.priority, days
    found.priority_for = [[turns.HEAD, "", ""]] if days else []
    turns.put_forward(found, policy)
    found.row_version += 1
    found.save(update_fields=[*turns.FIELDS, "row_version"])
    holding.note(found, "ranked", None, None, now, reason)
    record(
        "task.priority", about=("case", found.case_id), object=found,
        payload={"step": found.step, "before": before, "after": days, "reason": commitment_of(reason.strip())},
    )  # fmt: skip
    return found


def must_be_live(item: WorkItem, row_version: int | None) -> None:
    """Raises Stale for a step that is done, or moved on since the page was opened."""
    if item.kind != "human" or item.state not in ("open", "claimed"):
        raise Stale(what_happened(item))
    must_be_unchanged(item, row_version)
