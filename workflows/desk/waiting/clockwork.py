"""What the clock does for those who wait for money (轮候): every day, in the order of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.waiting import line
from cases.duplicates.hits import undecided_of
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
    """Everybody who can be paid now, in the order of the list; answers how many go on."""
    return sum(_promoted(card.slug) for card in programmes() if hasattr(card.roads[card.road], STEP))


def _promoted(slug: str) -> int:
    today = clock.today()
    return hand_out(
        [(one.case, one.case.award or Decimal(0)) for one in line(slug)],
        lambda case, amount: usable_funds(case, amount, today=today),
        lambda case, _amount: promote(case=case, by=None),
    )


def hand_out(
    rows: Sequence[tuple[Case, Decimal]],
    payers: Callable[[Case, Decimal], set[int]],
    give: Callable[[Case, Decimal], bool],
) -> int:
    """按次序给: one after the other, as far as it reaches; answers how many got it.

    Whose fund is too short keeps it for himself. Who has a hit of the duplicate check open is passed over until it is
    decided: he keeps nothing from those behind him.
    """
    held, kept, count = undecided_of([case for case, _amount in rows]), set[int](), 0
    for case, amount in rows:
        if held[case.pk]:
            continue
        funds = payers(case, amount)
        try:
            gone = not funds & kept and give(case, amount)
        except Refusal:
            gone = False  # on record; somebody has the case in hand, for example
        count += gone
        kept |= set() if gone else funds
    return count
