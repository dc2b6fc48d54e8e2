"""How stand-ins are shown: places and programmes by their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from cases.access.models import StandIn
from cases.access.standing import stand_ins_of
from cases.policy.cards import cards
from cases.regions.queries import name_paths


@dataclass(frozen=True)
class Shown:
    """One stand-in with the names of its limits."""

    row: StandIn
    place: str
    programme: Any


def shown_to(viewer: Any) -> list[Shown]:
    """替岗记录 that the viewer sees, each place and programme in the reader's language; one question more for all places."""
    rows = stand_ins_of(viewer)
    places = name_paths([row.area for row in rows], english=(get_language() or "").startswith("en"))
    names = {card.slug: card.name for card in cards()}
    return [Shown(row, places[row.area], names.get(row.programme, row.programme)) for row in rows]
