"""Who had each step, one after the other (经办记录): offered, taken, given back, given on, by whom, for whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.access.models import Role
from workflows.desk.casefile.queries import File
from workflows.desk.forms import in_my_language
from workflows.desk.words import handed
from workflows.flow import road_of
from workflows.models import Handover, WorkItem


@dataclass(frozen=True)
class Hand:
    """One change of hands as people read it."""

    at: datetime
    title: Any
    words: str


def hands(found: File) -> list[Hand]:
    """The whole of a case in the order of time; three statements however long it is. Behind a veil a step stays named alone."""
    road = road_of(found.case)
    roles = {role.code: in_my_language(role.name, role.name_en) for role in Role.objects.all()}
    items = WorkItem.objects.filter(case=found.case, kind="human")
    rows = [
        (item.offered_at, item.pk, 0, Hand(item.offered_at, getattr(road, item.step).title, _offered(item, roles)))
        for item in items
    ]
    moves = Handover.objects.filter(item__case=found.case).select_related(
        "item", "from_person", "to_person", "actor", "on_behalf_of"
    )
    rows += [
        (row.at, row.item_id, row.pk, Hand(row.at, getattr(road, row.item.step).title, handed(row))) for row in moves
    ]
    return [row[3] for row in sorted(rows, key=lambda row: row[:3])]


def _offered(item: WorkItem, roles: dict[str, str]) -> str:
    role = roles.get(item.role, item.role)
    words = _("委托代审，送到%(role)s") if item.entrusted_from else _("送到%(role)s")
    return words % {"role": role}
