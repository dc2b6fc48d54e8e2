"""What the clock does for errands (交办): each day those that are late are reported to the head, once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.errors import Refusal
from workflows.desk.errands.actions import escalate
from workflows.desk.errands.models import Errand
from workflows.engine import clockwork


def listen() -> None:
    """Every day; called once when the app starts."""
    clockwork.every("errands", title=_("交办超期上报"), at=1)(report)


def report() -> int:
    """Every errand past its due date that was not reported yet; answers how many were. A case in somebody's hands is next day's."""
    late = Errand.objects.filter(state="open", due_on__lt=clock.today(), escalated_at=None).order_by("due_on", "pk")
    return sum(_reported(one) for one in late.iterator(chunk_size=200))


def _reported(errand: Errand) -> bool:
    try:
        return bool(escalate(errand=errand, by=None))
    except Refusal:
        return False  # on record; found again by the next run
