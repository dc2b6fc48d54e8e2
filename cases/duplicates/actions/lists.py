"""Compare with the list of another agency (名单比对): only who is somebody here is kept, by keys; the rest goes with the run."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.calendar.rules import local_day
from cases.duplicates.agencies import PROVINCE, RIGHT, compared, examine
from cases.duplicates.models import AgencyList, AgencyMatch
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.sheets import digest


@action("lists.compare", about="none")
def compare_list(
    *, data: bytes, tried_sha256: str, kind: str, agency: str, purpose: str, basis: str, list_date: date, by: Any,
    now: datetime | None = None,
) -> AgencyList:  # fmt: skip
    """名单比对: the list that was tried without a fault, against every case; kept are the run and its matches alone.

    Raises Invalid for a fault by cell, a day that has not come, or without agency, purpose or legal basis; Refusal without
    the right, and for the same list of the same day again.
    """
    assert now is not None
    post = require(by, RIGHT, PROVINCE)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    _must_be_whole(kind, {"agency": agency, "purpose": purpose, "basis": basis}, list_date, local_day(now))
    sha256 = digest(data)
    if sha256 != tried_sha256:
        raise Invalid(_("这不是刚才试读的那个文件。请先试读。"), fields={"file": _("请先试读这个文件。")})
    if AgencyList.objects.filter(kind=kind, list_date=list_date, file_sha256=sha256).exists():
        raise Refusal(_("这一天的这份名单已经比对过。"), code="compared_before", status=409)
    sheet = examine(by, data)
    if sheet.faults:
        said = format_lazy(_("有 {number} 处要改，没有比对。"), number=len(sheet.faults))
        raise Invalid(said, fields={fault.cell: fault.sentence for fault in sheet.faults})
    found = compared(sheet.entries)
    made = AgencyList.objects.create(
        kind=kind, agency=agency.strip(), purpose=purpose.strip(), basis=basis.strip(), list_date=list_date, file_sha256=sha256,
        rows=len(sheet.entries), matches=len(found), by=by, at=now,
    )  # fmt: skip
    AgencyMatch.objects.bulk_create(
        AgencyMatch(run=made, case_id=one.case, id_key=one.id_key, score=one.score, reasons=list(one.reasons))
        for one in found
    )
    told = {"sha256": sha256, "rows": made.rows, "matches": made.matches, "kind": kind, "list_date": list_date}
    record("lists.compared", about=("config", "all"), object=made, payload=told)
    return made


def _must_be_whole(kind: str, told: dict[str, str], list_date: date, today: date) -> None:
    faults: dict[str, Any] = {name: _("请填写") for name, value in told.items() if len(value.strip()) < 2}
    if kind not in dict(AgencyList.KINDS):
        faults["kind"] = _("请选择是哪种名单")
    if list_date > today:
        faults["list_date"] = _("名单日期不能晚于今天")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
