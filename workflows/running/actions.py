"""What administrators do about the machine's work: settle incidents (处理故障), limit partners, let their machines in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from cases.access.models import MachineKey, User
from cases.access.queries import may, may_administer
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, current, record
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing, Partner
from cases.sealed import commitment_of
from workflows import actions
from workflows.actions.pulling import RIGHT as PULL
from workflows.engine import jobs, timers
from workflows.models import DutyReplay, Incident, Timer
from workflows.running.queries import incidents_for, operator_post
from workflows.running.rules import partners


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


@action("partner.limit", about="none")
def limit_partner(*, partner: str, per_minute: int | None, by: Any, now: datetime | None = None) -> None:
    """限频: how many times a minute this other system is asked at most, from the next try on; nothing is no limit."""
    _as_operator(by)
    if partner not in partners():
        raise Invalid(_("没有这个合作方。"), fields={"partner": _("请从列表里选。")})
    Partner.objects.update_or_create(name=partner, defaults={"per_minute": per_minute})
    record("partner.limited", about=("config", "partners"), payload={"partner": partner, "per_minute": per_minute})


@action("machine.make", about="none")
def make_machine(*, username: str, by: Any, now: datetime | None = None) -> User:
    """建机器账号: without password and phone, so that nobody signs in with it. What it may comes with a post and a key."""
    if not may_administer(by, "admin.people"):
        raise Refusal(_("您的岗位不能管理账号、机构或任职。"), code="no_right")
    if User.objects.filter(username=username).exists():
        raise Invalid(_("这个登录名已有人用。"), fields={"username": _("请换一个登录名。")})
    made = User.objects.create(username=username, name=username, password=make_password(None))
    record("account.made", about=("account", made.pk), object=made)
    return made


@action("machine.give_key", about="none")
def give_key(
    *, account: User, topics: Sequence[str], area: str, days: int, by: Any, now: datetime | None = None
) -> str:
    """发钥匙: the account may fetch work of these topics in this area, for so many days. Answers the key, of which only a digest is kept."""
    assert now is not None
    if not may_administer(by, "admin.posts"):
        raise Refusal(_("您的岗位不能管理账号、机构或任职。"), code="no_right")
    faults: dict[str, Any] = {}
    if account.has_usable_password():
        faults["account"] = _("这是人的账号，钥匙只发给机器账号。")
    elif may(account, PULL, area) is None:
        faults["account"] = _("这个账号在这个地区没有合作方机器的任职。")
    if not topics or not set(topics) <= set(jobs.pulled):
        faults["topics"] = _("请从列表里至少选一类工作。")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    key = secrets.token_urlsafe(32)
    made = MachineKey.objects.create(
        user=account, digest=hashlib.sha256(key.encode()).hexdigest(), topics=[*topics], area=area, made_by=by,
        made_at=now, ends_at=now + timedelta(days=days),
    )  # fmt: skip
    told = {"topics": made.topics, "area": area, "ends_at": made.ends_at}
    record("machine.key_given", about=("account", account.pk), object=made, payload=told)
    return key


@action("machine.end_key", about="none")
def end_key(*, key: int, by: Any, now: datetime | None = None) -> None:
    """收回钥匙: from this moment on it opens nothing; what it holds goes to others when its leases are over."""
    if not may_administer(by, "admin.posts"):
        raise Refusal(_("您的岗位不能管理账号、机构或任职。"), code="no_right")
    row = MachineKey.objects.select_for_update().filter(pk=key, ended_at=None).first()
    if row is None:
        raise Stale(_("这把钥匙已经收回。"))
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    record("machine.key_ended", about=("account", row.user_id), object=row)


def _as_operator(by: Any) -> None:
    post, act = operator_post(by), current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)


def _open(incidents: Sequence[int], by: Any) -> list[Incident]:
    """These incidents, locked in the order of their cases; Stale when one is no longer open."""
    _as_operator(by)
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
