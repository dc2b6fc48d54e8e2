"""What an administrator does about incidents (处理故障): take them, let the work begin anew, or skip it with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Stale
from cases.history.record import action, current, record
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.sealed import commitment_of
from workflows import actions
from workflows.engine import timers
from workflows.models import DutyReplay, Incident, Timer
from workflows.running.queries import incidents_for, operator_post


@action("incident.take", about="none")
def take_incidents(*, incidents: Sequence[int], by: Any, now: datetime | None = None) -> int:
    """认领故障: these are mine to look after; answers how many."""
    rows = _open(incidents, by)
    for row in rows:
        row.owner = by
        row.save(update_fields=["owner"])
        _told("incident.taken", row)
    return len(rows)


@action("incident.retry", about="none")
def retry_incidents(*, incidents: Sequence[int], by: Any, now: datetime | None = None) -> int:
    """重试: the work begins anew with all its tries and the same keys, so that its effect still happens once."""
    assert now is not None
    rows = _open(incidents, by)
    outgoing.again(Outgoing.objects.filter(pk__in=[row.outgoing_id for row in rows if row.outgoing_id]), now=now)
    timers.again(Timer.objects.filter(pk__in=[row.timer_id for row in rows if row.timer_id]), now=now)
    DutyReplay.objects.filter(case__in=[row.case_id for row in rows if row.kind == "duty"]).update(at=None)
    for row in rows:
        _settle(row, "retried", by, now)
    return len(rows)


@action("incident.skip", about="none")
def skip_incidents(*, incidents: Sequence[int], reason: str, by: Any, now: datetime | None = None) -> int:
    """跳过: the work is given up for good, with a reason that is kept. A case leaves a job by its exit for this."""
    assert now is not None
    rows = _open(incidents, by)
    if not reason.strip():
        said = _("请写明为什么可以跳过。")
        raise Invalid(said, fields={"reason": said})
    Timer.objects.filter(pk__in=[row.timer_id for row in rows if row.timer_id]).update(cancelled_at=now)
    for row in rows:
        row.reason = reason.strip()
        _settle(row, "skipped", by, now)
        if row.kind == "job":
            actions.skip_job(row, by=by, now=now)
    return len(rows)


def _open(incidents: Sequence[int], by: Any) -> list[Incident]:
    """These incidents, locked in the order of their cases; Stale when one is no longer open."""
    post = operator_post(by)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    rows = incidents_for(by).filter(pk__in=incidents, state="open").select_related("outgoing")
    found = list(rows.order_by("case_id", "pk").select_for_update(of=("self",), no_key=True))
    if not found or len(found) != len(set(incidents)):
        raise Stale(_("这些故障已经有人处理了。请刷新页面看最新情况。"))
    return found


def _settle(row: Incident, state: str, by: Any, now: datetime) -> None:
    row.state, row.settled_by, row.settled_at = state, by, now
    row.save(update_fields=["state", "settled_by", "settled_at", "reason"])
    _told(f"incident.{state}", row)


def _told(name: str, row: Incident) -> None:
    """In the chain of its case, or where the audit administrator reads what was done to the installation."""
    about = ("case", row.case_id) if row.case_id else ("config", "incidents")
    told = {"kind": row.kind, "name": row.name, "error": row.error, "tries": row.count}
    record(name, about=about, object=row, payload=told | ({"reason": commitment_of(row.reason)} if row.reason else {}))
