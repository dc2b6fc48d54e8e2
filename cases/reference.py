"""Reference data that every installation starts with: places, calendar and roles.

No policy: the example numbers of a programme come into force only when two people put them there.
"""

from __future__ import annotations

from cases.access import reference as access
from cases.calendar import actions as calendar
from cases.calendar import clock
from cases.regions import actions as regions


def load() -> None:
    """Load what is missing; a second time changes nothing, and what an office corrected is left as it is."""
    regions.load_reference()
    calendar.load_reference(now=clock.now())
    access.load_reference()
