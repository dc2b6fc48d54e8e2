"""What a fitting centre earns by a case (验配费): a sum for each device that the person keeps once it was checked; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from cases.dossier.models import Case
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.providers.models import Provider
from cases.stock.models import Fitting, FittingCheck

EACH = "fitting_fee"
"""验配费每台: the row of the section eligibility that says it, in yuan."""
FEE_CHECK = "fit_check_2"
"""The check after which the centre has earned its fee."""


@dataclass(frozen=True, slots=True)
class Fee:
    """验配费 of one case: to whom, for how many devices, for each in yuan, and the check that each of them passed."""

    centre: Provider | None
    devices: int
    each: Decimal
    checks: list[FittingCheck]

    @property
    def amount(self) -> Decimal:
        """What is paid, in yuan."""
        return self.each * self.devices


def fee_of(case: Case) -> Fee:
    """What the fee of a case comes to as things stand; a device that was given back does not count. Raises PolicyGap."""
    policy = policy_of(case)
    kept = list(Fitting.objects.filter(case=case, state="fitted").select_related("provider__office").order_by("pk"))
    return Fee(kept[-1].provider if kept else None, len(kept), policy.threshold(EACH), list(_checks(case, policy)))


def is_earned(case: Case, policy: Policy) -> bool:
    """Whether every device that the person keeps has passed the check that the fee waits for."""
    checks = _checks(case, policy)
    return checks.exists() and not checks.filter(done_on=None).exists()


def _checks(case: Case, policy: Policy) -> QuerySet[FittingCheck]:
    rows = FittingCheck.objects.filter(fitting__case=case, fitting__state="fitted", dropped_at=None)
    return rows.filter(day=policy.days(FEE_CHECK)).select_related("fitting").order_by("pk")
