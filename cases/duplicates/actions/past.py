"""Take in a list of earlier aid: all of it or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.duplicates.models import PastGrant, PastGrantImport
from cases.duplicates.queries import PROVINCE, RIGHT, examine, grant_key
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.people.queries import id_key
from cases.sheets import digest


@action("past_grants.import")
def import_past_grants(*, data: bytes, tried_sha256: str, by: Any, now: datetime | None = None) -> PastGrantImport:
    """导入既往救助: the file that was tried without a fault; from now on it counts for caps and once-only rules.

    Raises Invalid with a sentence for each cell, and Refusal for a file that was imported before or never tried; nothing
    is half-stored.
    """
    assert now is not None
    post = require(by, RIGHT, PROVINCE)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    sha256 = digest(data)
    if sha256 != tried_sha256:
        raise Invalid(_("这不是刚才试导入的那个文件。请先试导入。"), fields={"file": _("请先试导入这个文件。")})
    if PastGrantImport.objects.filter(file_sha256=sha256).exists():
        raise Refusal(_("这个文件已经导入过。"), code="imported_before", status=409)
    sheet = examine(by, data)
    if sheet.faults:
        said = format_lazy(_("有 {number} 处要改，一行也没有导入。"), number=len(sheet.faults))
        raise Invalid(said, fields={fault.cell: fault.sentence for fault in sheet.faults})
    made = PastGrantImport.objects.create(by=by, at=now, file_sha256=sha256, rows=len(sheet.grants))
    PastGrant.objects.bulk_create(
        PastGrant(
            source_import=made,
            id_key=id_key(grant.id_no),
            programme=grant.programme,
            year=grant.year,
            amount=grant.amount,
            source=grant.source,
        )
        for grant in sorted(sheet.grants, key=grant_key)
    )
    record(
        "past_grants.imported",
        about=("config", "all"),
        object=made,
        payload={"sha256": sha256, "rows": len(sheet.grants), "total": sheet.total},
    )
    return made
