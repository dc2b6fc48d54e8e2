"""The rooms of inspection (监督检查): links on its first page; a room beside it registers its own, and is named nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Room:
    """One link: words, the name of its address, and where it stands among the others."""

    label: Any
    name: str
    order: int = 50

    @property
    def href(self) -> str:
        return reverse(self.name)


_rooms: dict[str, Room] = {}


def register(label: Any, name: str, *, order: int = 50) -> None:
    """Adds a link to the first page; called once where the room's addresses are read (its `urls`)."""
    _rooms[name] = Room(label, name, order)


def rooms() -> list[Room]:
    """The links in their order."""
    return sorted(_rooms.values(), key=lambda room: room.order)


register(_("碰过什么"), "inspection:touched", order=60)
register(_("被拒绝的操作"), "inspection:refusals", order=70)
register(_("办得太快"), "inspection:hasty", order=80)
