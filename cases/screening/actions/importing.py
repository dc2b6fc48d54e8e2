"""Register from a spreadsheet: tried first, then all of it in the background; nobody sees a part of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.outgoing import actions as outgoing
from cases.outgoing.rules import Way
from cases.people.queries import id_key
from cases.screening.actions.planning import must_run
from cases.screening.actions.registering import act_in_area, lock_campaign, must_have_room, written
from cases.screening.models import Campaign, RegisterImport, RegisterLine, Registration, Session
from cases.screening.queries import taken
from cases.screening.rules import Entry
from cases.screening.trying import examine
from cases.sheets import digest

TOPIC = "screening"
AT_ONCE = 1000
"""So many lines a transaction: a worker that dies loses no more than these, and they are done again."""


@action("screening.import", about="campaign")
def begin_import(
    *,
    campaign: Campaign,
    data: bytes,
    tried_sha256: str,
    session: Session | None = None,
    by: Any,
    now: datetime | None = None,
) -> RegisterImport:
    """导入登记表: the file that was tried without a fault. Its lines wait sealed; the background registers them.

    Raises Invalid with a sentence for each cell, Refusal for a file that was imported before or has no room; then nothing
    of it is stored.
    """
    assert now is not None
    act_in_area(by, session)
    sha256 = digest(data)
    if sha256 != tried_sha256:
        raise Invalid(_("这不是刚才试导入的那个文件。请先试导入。"), fields={"file": _("请先试导入这个文件。")})
    found = lock_campaign(campaign)
    must_run(found)
    if found.imports.filter(file_sha256=sha256).exists():
        raise Refusal(_("这个文件已经导入过。"), code="imported_before", status=409)
    sheet = examine(by, found, session, data)
    if sheet.faults:
        said = format_lazy(_("有 {number} 处要改，一行也没有导入。"), number=len(sheet.faults))
        raise Invalid(said, fields={fault.cell: fault.sentence for fault in sheet.faults})
    must_have_room(session, len(sheet.entries))
    made = RegisterImport.objects.create(
        campaign=found, session=session, file_sha256=sha256, rows=len(sheet.entries), by=by, at=now
    )
    RegisterLine.objects.bulk_create(
        [
            RegisterLine(source_import=made, row=entry.row, serial=found.last_serial + place, data=entry.as_data())
            for place, entry in enumerate(sheet.entries, 1)
        ],
        batch_size=AT_ONCE,
    )
    found.last_serial += len(sheet.entries)
    found.save(update_fields=["last_serial"])
    outgoing.send(topic=TOPIC, key=f"{TOPIC}:{made.pk}", payload={"import": made.pk}, now=now, way=Way("bulk"))
    told = {"sha256": sha256, "rows": made.rows, "last_serial": found.last_serial}
    record("screening.import_begun", about=("campaign", found.pk), object=made, payload=told)
    return made


@outgoing.handles(TOPIC)
def in_background(payload: dict[str, Any], key: str) -> None:
    """The lines that wait, so many at a time, until none is left."""
    while carry_on(source=payload["import"], by=None):
        pass


@action("screening.import_go_on", about="none")
def carry_on(*, source: int, by: Any, now: datetime | None = None) -> bool:
    """接着登记: the next lines of an import; with the last one the whole shows itself. Whether some are left.

    Somebody whom another office registered meanwhile is not registered again: the line says so.
    """
    assert now is not None
    found = (
        RegisterImport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("campaign", "session", "by")
        .get(pk=source)
    )
    if found.done_at is not None:
        return False
    lines = list(found.lines.filter(state="waiting").order_by("serial")[:AT_ONCE])
    _register(found, lines)
    found.done_rows += len(lines)
    if found.done_rows == found.rows:
        found.done_at = now
        told = {"rows": found.rows, "known": found.known_rows}
        record("screening.imported", about=("campaign", found.campaign_id), object=found, payload=told, by=found.by)
    found.save(update_fields=["done_rows", "known_rows", "done_at"])
    return found.done_at is None


def _register(source: RegisterImport, lines: list[RegisterLine]) -> None:
    lock_campaign(source.campaign)
    entries = {line.pk: Entry.of(line.data) for line in lines}
    known = taken(source.campaign, [id_key(entry.id_no) for entry in entries.values()])
    rows: list[Registration] = []
    for line in lines:
        row = written(
            entries[line.pk], campaign=source.campaign, session=source.session, serial=line.serial, channel="sheet",
            by=source.by, now=source.at, source=source,
        )  # fmt: skip
        if row.id_key not in known:
            rows.append(row)
    Registration.objects.bulk_create(rows)
    serials = [row.serial for row in rows]
    source.lines.filter(serial__in=serials).update(state="in", data=None)
    source.lines.filter(pk__in=entries, state="waiting").update(state="known", data=None)
    source.known_rows += len(lines) - len(rows)
