"""试导入: what a spreadsheet of registrations or of results says and every fault in it by cell; stores nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.people.queries import id_key
from cases.screening.models import Campaign, Registration, Result, Session
from cases.screening.queries import asked_of, is_in, kind_of, taken, team_of
from cases.screening.result_rows import Known, Measured, Measuring, read_results
from cases.screening.rules import ID, Entry, read_register
from cases.sheets import MOST_ROWS, Fault, Judged, grid, letter


def examine(viewer: Any, campaign: Campaign, session: Session | None, data: bytes) -> Judged[Entry]:
    """试导入: judged as the import itself judges it; who is registered already is a fault with the number.

    Raises Invalid for a file that is no table, and Refusal for who may not register there.
    """
    asked = asked_of(viewer, campaign, session)
    table = grid(data)
    sheet = read_register(table, asked)
    if not sheet.entries:
        return sheet
    keys = {id_key(entry.id_no): entry.row for entry in sheet.entries}
    column = letter(table.head.index(ID))
    again = [
        Fault(f"{column}{keys[key]}", format_lazy(_("这个人已经登记过，登记号是 {number}。"), number=serial))
        for key, serial in taken(campaign, keys).items()
    ]
    return Judged(
        sheet.entries,
        (*sheet.faults, *sorted(again, key=lambda fault: int(fault.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))),
    )


def examine_results(viewer: Any, campaign: Campaign, session: Session | None, data: bytes) -> Judged[Measured]:
    """试导入结果表: judged by the rules of the page of one person, for the people of the viewer's team.

    Raises what `examine` raises.
    """
    table = grid(data)
    people = {row.serial: _known(row) for row in examined_by(viewer, campaign, session).iterator()}
    by = Measuring(
        campaign.pk, kind_of(campaign), campaign.standard, campaign.thresholds, people, clock.today()
    )  # fmt: skip
    return read_results(table, by)


def examined_by(viewer: Any, campaign: Campaign, session: Session | None) -> Any:
    """The people of the viewer's team in this campaign, or of one of its sessions, each with the day of the result there is.

    Refusal for who is of no team there.
    """
    offices = [post.office_id for post in team_of(viewer, campaign)]
    now = Result.objects.filter(registration=OuterRef("pk"), replaced_at=None)
    rows = Registration.objects.filter(campaign=campaign, session__team__in=offices)
    rows = (rows.filter(session=session) if session else rows).filter(is_in())
    return (
        rows.annotate(had=Subquery(now.values("examined_on"))).select_related("campaign", "session").order_by("serial")
    )


def without_result(viewer: Any, campaign: Campaign, session: Session | None) -> list[tuple[str, str]]:
    """还没有结果的人 of the viewer's team: number and name, in the order of the numbers."""
    rows = examined_by(viewer, campaign, session).filter(had=None)
    return [(row.number, str(row.name)) for row in rows[:MOST_ROWS]]


def _known(row: Any) -> Known:
    return Known(row.name_key, date.fromisoformat(str(row.birth_date)), row.first_day, row.had)
