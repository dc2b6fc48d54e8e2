"""Reference data that every installation starts with: places, calendar, roles, and each programme's example policy."""

from __future__ import annotations

from cases.access import reference as access
from cases.calendar import actions as calendar
from cases.calendar import clock
from cases.policy.actions import load_policy
from cases.programme import programmes
from cases.regions import actions as regions


def load() -> None:
    """Load what is missing; a second time changes nothing, and what an office corrected is left as it is."""
    regions.load_reference()
    calendar.load_reference(now=clock.now())
    access.load_reference()
    for card in programmes():
        load_policy(card.slug, card.policy)
