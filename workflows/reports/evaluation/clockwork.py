"""What the clock does for the evaluation of branches (考核): the quarter that is over is frozen once, some days after its end."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from workflows.engine import clockwork
from workflows.reports.evaluation.actions import freeze
from workflows.reports.rules import quarter_before, quarter_of

SETTLED = timedelta(days=5)
"""So long after its end a quarter is frozen: late returns of the bank and follow-ups of its last days are in by then."""


def listen() -> None:
    """Every day; called once when the app starts."""
    clockwork.every("evaluation", title=_("季度考核定格"), at=2)(freeze_last)


def freeze_last() -> int:
    """The last quarter that is over and settled; answers 1 when it was frozen now, 0 when it was before."""
    quarter = quarter_before(quarter_of(clock.today() - SETTLED))
    return int(freeze(quarter=quarter, by=None) is not None)
