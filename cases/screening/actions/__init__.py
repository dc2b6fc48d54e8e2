"""What people do in a screening campaign: plan, arrange, register, examine, and help on to a case."""

from cases.screening.actions.examining import record_result
from cases.screening.actions.importing import begin_import, begin_results, carry_on
from cases.screening.actions.planning import (
    announce_campaign,
    arrange_session,
    close_campaign,
    plan_campaign,
    set_quota,
)
from cases.screening.actions.referring import refer_into_cases
from cases.screening.actions.registering import register_person

__all__ = [
    "announce_campaign", "arrange_session", "begin_import", "begin_results", "carry_on", "close_campaign",
    "plan_campaign", "record_result", "refer_into_cases", "register_person", "set_quota",
]  # fmt: skip
