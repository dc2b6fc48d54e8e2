"""Registrations and results from a spreadsheet: tried first, then all of it in the background; nobody sees a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.outgoing import actions as outgoing
from cases.outgoing.rules import Way
from cases.people.queries import id_key
from cases.screening.actions.examining import written_result
from cases.screening.actions.planning import must_run
from cases.screening.actions.registering import act_in_area, lock_campaign, must_have_room, written
from cases.screening.models import Campaign, Registration, Result, Session, SheetImport, SheetLine
from cases.screening.queries import taken, team_of
from cases.screening.rules import Entry
from cases.screening.trying import examine, examine_results
from cases.sheets import Judged, digest
from cases.subjects import prepare_for

TOPIC = "screening"
REGISTER, RESULTS = "register", "results"
ENDED = {REGISTER: "screening.imported", RESULTS: "screening.results_imported"}
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
) -> SheetImport:
    """导入登记表: the file that was tried without a fault. Its lines wait sealed; the background registers them.

    Raises Invalid with a sentence for each cell, Refusal for a file that was imported before or has no room; then nothing
    of it is stored.
    """
    assert now is not None
    act_in_area(by, session)
    found = _open_for(campaign, data, tried_sha256)
    sheet = _right(examine(by, found, session, data))
    must_have_room(session, len(sheet.entries))
    numbered = enumerate(sheet.entries, found.last_serial + 1)
    lines = [(entry.row, serial, entry.as_data()) for serial, entry in numbered]
    made = _waits(REGISTER, found, session, data, lines, by=by, now=now)
    found.last_serial += len(lines)
    found.save(update_fields=["last_serial"])
    told = {"sha256": made.file_sha256, "rows": made.rows, "last_serial": found.last_serial}
    record("screening.import_begun", about=("campaign", found.pk), object=made, payload=told)
    return made


@action("screening.import_results", about="campaign")
def begin_results(
    *,
    campaign: Campaign,
    data: bytes,
    tried_sha256: str,
    session: Session | None = None,
    by: Any,
    now: datetime | None = None,
) -> SheetImport:
    """导入结果表: the file that was tried without a fault, by the team, for people who have no result yet.

    Its lines wait sealed; the background works them out. Raises what `begin_import` raises.
    """
    assert now is not None
    post, act = team_of(by, campaign)[0], current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    found = _open_for(campaign, data, tried_sha256)
    sheet = _right(examine_results(by, found, session, data))
    lines = [(entry.row, entry.serial, entry.as_data()) for entry in sheet.entries]
    made = _waits(RESULTS, found, session, data, lines, by=by, now=now)
    told = {"sha256": made.file_sha256, "rows": made.rows}
    record("screening.results_begun", about=("campaign", found.pk), object=made, payload=told)
    return made


def _open_for(campaign: Campaign, data: bytes, tried_sha256: str) -> Campaign:
    """The campaign under its lock, for a file that was tried and never imported."""
    sha256 = digest(data)
    if sha256 != tried_sha256:
        raise Invalid(_("这不是刚才试导入的那个文件。请先试导入。"), fields={"file": _("请先试导入这个文件。")})
    found = lock_campaign(campaign)
    must_run(found)
    if found.imports.filter(file_sha256=sha256).exists():
        raise Refusal(_("这个文件已经导入过。"), code="imported_before", status=409)
    return found


def _right(sheet: Judged[Any]) -> Judged[Any]:
    if sheet.faults:
        said = format_lazy(_("有 {number} 处要改，一行也没有导入。"), number=len(sheet.faults))
        raise Invalid(said, fields={fault.cell: fault.sentence for fault in sheet.faults})
    return sheet


def _waits(
    kind: str, campaign: Campaign, session: Session | None, data: bytes, lines: Iterable[tuple[int, int, Any]], *,
    by: Any, now: datetime,
) -> SheetImport:  # fmt: skip
    """The lines of a sheet, each with its row and the number of its person, left to the background."""
    rows = [SheetLine(row=row, serial=serial, data=told) for row, serial, told in lines]
    made = SheetImport.objects.create(
        kind=kind, campaign=campaign, session=session, file_sha256=digest(data), rows=len(rows), by=by, at=now
    )
    for row in rows:
        row.source_import = made
    SheetLine.objects.bulk_create(rows, batch_size=AT_ONCE)
    outgoing.send(topic=TOPIC, key=f"{TOPIC}:{made.pk}", payload={"import": made.pk}, now=now, way=Way("bulk"))
    return made


@outgoing.handles(TOPIC)
def in_background(payload: dict[str, Any], key: str) -> None:
    """The lines that wait, so many at a time, until none is left."""
    while carry_on(source=payload["import"], by=None):
        pass


@action("screening.import_go_on", about="none")
def carry_on(*, source: int, by: Any, now: datetime | None = None) -> bool:
    """接着导入: the next lines of a sheet; with the last one the whole shows itself. Whether some are left.

    Somebody whom another office registered meanwhile, or who got a result meanwhile, is left as he is: the line says so.
    """
    assert now is not None
    found = (
        SheetImport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("campaign", "session", "by")
        .get(pk=source)
    )
    if found.done_at is not None:
        return False
    lines = list(found.lines.filter(state="waiting").order_by("serial")[:AT_ONCE])
    stored = STORE[found.kind](found, lines)
    found.lines.filter(serial__in=stored).update(state="in", data=None)
    found.lines.filter(pk__in=[line.pk for line in lines], state="waiting").update(state="known", data=None)
    found.known_rows += len(lines) - len(stored)
    found.done_rows += len(lines)
    if found.done_rows == found.rows:
        found.done_at = now
        told = {"rows": found.rows, "known": found.known_rows}
        record(ENDED[found.kind], about=("campaign", found.campaign_id), object=found, payload=told, by=found.by)
    found.save(update_fields=["done_rows", "known_rows", "done_at"])
    return found.done_at is None


def _register(source: SheetImport, lines: list[SheetLine]) -> list[int]:
    """Register so many; answers the numbers of those who were not registered meanwhile."""
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
    prepare_for(rows)
    Registration.objects.bulk_create(rows)
    return [row.serial for row in rows]


def _enter(source: SheetImport, lines: list[SheetLine]) -> list[int]:
    """Work out so many results; answers the numbers of those who had none meanwhile."""
    told = {line.serial: line.data for line in lines}
    people = source.campaign.registrations.select_for_update(no_key=True, of=("self",)).filter(serial__in=told)
    rows = list(people.select_related("session").order_by("serial"))
    had = set(Result.objects.filter(registration__in=rows, replaced_at=None).values_list("registration_id", flat=True))
    made = []
    for row in rows:
        if row.pk not in had:
            row.campaign = source.campaign
            findings, on = told[row.serial]["findings"], date.fromisoformat(told[row.serial]["examined_on"])
            made.append(written_result(row, findings, on, by=source.by, now=source.at, source=source))
    prepare_for(made)
    Result.objects.bulk_create(made)
    return [result.registration.serial for result in made]


STORE: dict[str, Callable[[SheetImport, list[SheetLine]], list[int]]] = {REGISTER: _register, RESULTS: _enter}
