"""What the clock does for those who wait for money (轮候): every day, in the order of the list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.dossier.waiting import line
from cases.errors import Refusal
from cases.money.funds import usable_funds
from cases.programme import programmes
from workflows.desk.waiting.actions import promote
from workflows.engine import clockwork

STEP = "panel"


def listen() -> None:
    """Every day; called once when the app starts."""
    clockwork.every("waiting_money", title=_("轮候的有钱了"), at=6)(promote_waiting)


def promote_waiting() -> int:
    """Everybody who can be paid now, first come first; answers how many go on.

    Whose fund is too short keeps it for himself: nobody behind him is paid from a fund that may pay him too.
    """
    return sum(_promoted(card.slug) for card in programmes() if hasattr(card.roads[card.road], STEP))


def _promoted(slug: str) -> int:
    kept: set[int] = set()
    count = 0
    for one in line(slug):
        funds = set(usable_funds(one.case, today=clock.today()))
        try:
            gone = not funds & kept and promote(case=one.case, by=None)
        except Refusal:
            gone = False  # on record; a hit of the duplicate check is open, for example
        count += gone
        kept |= set() if gone else funds
    return count
