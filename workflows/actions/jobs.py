"""How a job of a step ended (自动环节): its result moves the case, once, in one transaction with the mark on its order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal, Stale
from cases.history.record import action, record
from cases.outgoing import actions as outgoing
from cases.sealed import commitment_of
from workflows.actions.common import finish, leave, locked
from workflows.flow import step_of
from workflows.models import Incident, WorkItem

LOST = _("这件工作的租约已经结束，或已由别人领走。请重新领取。")


@action("job.over")
def job_over(
    *, case: int, item: int, outcome: str, result: dict[str, Any], key: str, lease: str = "", by: Any,
    now: datetime | None = None,
) -> None:  # fmt: skip
    """自动办结: the work of a step was done (done) or the answer was no (failed); the case leaves by that exit.

    A second result for the same step, from a worker that was believed dead, moves nothing. Stale when the step was
    withdrawn meanwhile, or the lease of whoever fetched the work is over.
    """
    assert now is not None
    found = locked(item)
    if found.state == "cancelled":
        raise Stale(_("这一步已经撤销，办的结果不再收。"), code="withdrawn")
    if found.state == "open":
        _through(found, outcome, {"result": result}, result, by, now)
    if not outgoing.done(key, now=now, lease=lease) and lease:
        raise Stale(LOST, code="lease_lost")


def skip_job(incident: Incident, *, by: Any, now: datetime) -> None:
    """跳过自动环节: the case goes on without the work, by the exit that the road has for this; refused when it has none."""
    order = incident.outgoing
    assert order is not None
    found = locked(order.payload["item"])
    if "skipped" not in step_of(found).exits:
        raise Refusal(_("这个环节不能跳过：流程没有设“跳过”的出口。请排除故障后重试。"), code="no_skip", status=409)
    if found.state == "open":
        _through(found, "skipped", {"reason": commitment_of(incident.reason)}, {}, by, now)


def _through(item: WorkItem, exit: str, told: dict[str, Any], data: dict[str, Any], by: Any, now: datetime) -> None:
    step = step_of(item)
    effect = step.effects.get(exit)
    if effect is not None:
        effect(case=item.case, decision=None, data=data, by=by, now=now)
    payload = {"step": item.step, "outcome": exit, **told}
    record(f"job.{exit}", about=("case", item.case_id), object=item, payload=payload)
    finish(item, now)
    leave(item, by=by, exit_name=exit)
