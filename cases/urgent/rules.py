"""Urgent aid as rules (急难救助): its steps by name, and what stands beside each case on the list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day

LEVEL, CONFIRMATION = "urgent_approval", "confirmation"
"""The steps of a road that has an urgent path: one person approves, and the panel confirms."""

FLAGS: dict[str, tuple[Any, str]] = {
    "refused": (_("不予追认，待追回"), "orange"),
    "written_off": (_("不予追认，没有追回"), "orange"),
    "recovered": (_("不予追认，已追回"), "grey"),
    "overdue": (_("超期没有追认"), "orange"),
    "late": (_("超期以后才追认"), "yellow"),
    "waiting": (_("待追认"), "blue"),
    "stopped": (_("没有付出，已停办"), "grey"),
    "confirmed": (_("按期追认"), "green"),
}
"""标记 of a case on the list, with the colour of its tag."""


def flag_of(outcome: str, payout: str, confirm_by: date, settled_at: datetime | None, *, today: date) -> str:
    """标记: what an inspector should know of one payment ahead of the panel."""
    if outcome == "confirmed":
        return "late" if settled_at is not None and local_day(settled_at) > confirm_by else "confirmed"
    if outcome:
        return outcome
    if payout == "void":
        return "stopped"
    return "overdue" if today > confirm_by else "waiting"
