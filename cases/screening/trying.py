"""试导入: what a spreadsheet of registrations says and every fault in it by cell; stores nothing."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.people.queries import id_key
from cases.screening.models import Campaign, Session
from cases.screening.queries import asked_of, taken
from cases.screening.rules import ID, Register, read_register
from cases.sheets import Fault, grid, letter


def examine(viewer: Any, campaign: Campaign, session: Session | None, data: bytes) -> Register:
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
    return Register(
        sheet.entries,
        (*sheet.faults, *sorted(again, key=lambda fault: int(fault.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))),
    )
