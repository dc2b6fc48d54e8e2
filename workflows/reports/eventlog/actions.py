"""Export a log, ask whom a name in it stands for, and say yes to that as a second person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Invalid, Refusal
from cases.history.record import action, record, record_access
from cases.history.sealing.models import Checkpoint
from workflows.inspection.queries import require_inspection
from workflows.reports.eventlog import queries, signing, source, writing
from workflows.reports.eventlog.models import LogExport, NameRequest
from workflows.reports.eventlog.names import Names

MOST = 2000
"""So many cases at most leave by the page; more is the command's."""
COLUMNS = {
    "xes": ["step", "time", "officer", "role", "office", "programme", "place"],
    "ocel": ["action", "time", "officer", "role", "office", "payouts", "programme", "place"],
    "fhir": ["looks", "time", "officer", "role", "office", "purpose"],
}


@dataclass(frozen=True)
class Exported:
    """导出的日志: its record, and the signed sidecar."""

    row: LogExport
    sidecar: str


@action("log.export", about="account")
def export_log(
    *, kind: str, filters: Mapping[str, Any], purpose: str, out: IO[bytes], by: Any, now: datetime | None = None
) -> Exported:
    """导出日志: write it to `out`, where it stays until this act has been stored; then it may leave.

    `by` None is whoever runs the command on the server. Raises Invalid without a purpose or with too many cases for a page.
    """
    assert now is not None
    cases = source.chosen(by, filters)
    if len(purpose.strip()) < 2:
        raise Invalid(_("还有内容要改。"), fields={"purpose": _("请写明导出的用途")})
    if by is not None and len(cases.values("pk")[: MOST + 1]) > MOST:
        raise Invalid(_("案卷太多，请缩小范围。更多的请系统管理员用命令导出。"), code="too_many_cases")
    key, titles = secrets.token_bytes(32), source.titles()
    trails = source.trails(cases, looks=kind == "fhir")
    written = writing.write(
        kind, trails, Names(key, source.officers()), lambda flow, step: titles.get((flow, step), step), out
    )
    stated = {name: _plain(value) for name, value in filters.items() if value}
    row = LogExport.objects.create(
        kind=kind, filters=stated, purpose=purpose.strip(), names_key=key.hex(), cases=len(written.streams),
        events=written.events, sha256=written.sha256, by=by, at=now,
    )  # fmt: skip
    facts = {"filter": stated, "made_at": now.isoformat(), "export": str(row.token), "checkpoint": _checkpoint()}
    told = {"format": kind, "cases": row.cases, "events": row.events, "sha256": row.sha256, "columns": COLUMNS[kind]}
    record("log.exported", about=_account(by), object=row, payload=told, purpose=row.purpose)
    post = queries.inspecting_post(by)
    record_access(
        "export", object=row, fields=COLUMNS[kind], by=by, purpose=row.purpose,
        role=post.role_id if post else "", office=post.office.name if post else "",
    )  # fmt: skip
    return Exported(row, signing.signed(writing.sidecar(kind, written, facts)))


@action("log.ask_name", about="account")
def ask_name(*, export: LogExport, name: str, reason: str, by: Any, now: datetime | None = None) -> NameRequest:
    """请求还原: whom a name in an export stands for; a second inspector says yes or leaves it."""
    assert now is not None
    require_inspection(by)
    faults = {}
    if name.partition("-")[0] not in ("case", "officer", "account", "applicant") or len(name) > 40:
        faults["name"] = _("请照日志里的化名填写")
    if len(reason.strip()) < 5:
        faults["reason"] = _("请写明为什么要还原")
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    try:
        with transaction.atomic():
            row = NameRequest.objects.create(export=export, name=name, reason=reason.strip(), by=by, at=now)
    except IntegrityError:
        raise Refusal(_("这个化名已经请求过。"), code="asked_before", status=409) from None
    record("log.name_asked", about=_account(by), object=row, payload={"export": export.pk, "name": name})
    return row


@action("log.confirm_name", about="account")
def confirm_name(*, request: NameRequest, by: Any, now: datetime | None = None) -> NameRequest:
    """同意还原: by another inspector than who asked, or the supervisory board."""
    assert now is not None
    queries.require_log(by)
    row = NameRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if row.by_id == by.pk:
        raise Refusal(_("自己的请求不能自己同意。"), code="own_request", who_may=gettext_lazy("另一位检查员或监事会"))
    if row.confirmed_by_id:
        raise Refusal(_("这个请求已经同意过。"), code="confirmed_before", status=409)
    row.confirmed_by, row.confirmed_at = by, now
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    record("log.name_confirmed", about=_account(by), object=row, payload={"export": row.export_id, "name": row.name})
    return row


def _account(by: Any) -> tuple[str, str]:
    return ("account", str(by.pk)) if by is not None else ("config", "log")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _checkpoint() -> str | None:
    return Checkpoint.objects.order_by("-tree_size").values_list("note", flat=True).first()
