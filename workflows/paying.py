"""Money after its step is over (拨付之后): what the bank still says of it, and another account of the institution."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.history.record import record
from cases.money import actions as money
from cases.money.models import Payout
from cases.people.actions import pay_institution

OF_ITS_OWN = frozenset({
    "payment_batched", "payment_unbatched", "payment_sent", "payment_unknown", "payment_paid", "payment_failed",
    "payment_returned", "account_repaired", "fee_void",
})  # fmt: skip
"""款项自己的事实: true whether a step of the case waits for them or not. Where none does, the payout alone goes on."""


def paid_again(*, case: Case, by: Any, now: datetime, **_at_its_exit: Any) -> None:
    """账户更正: what the bank failed or returned goes to the institution's new account, which two people stand behind."""
    for payout in _unpaid(case):
        pay_institution(case=case, institution=payout.payee.institution, by=by, now=now)
        money.make_payable(case=case, not_before=local_day(now), kind=payout.kind, by=by, now=now)


def went_on(case: Case, fact: str, *, by: Any, now: datetime) -> None:
    """No step waits for this: it is kept in the history of the case, which stays where it is."""
    record("case.fact", about=("case", case.pk), object=case, payload={"fact": fact, "after": case.state})
    if fact == "account_repaired":
        paid_again(case=case, by=by, now=now)


def _unpaid(case: Case) -> Iterable[Any]:
    rows = Payout.objects.filter(case=case, state__in=["failed", "returned"], payee__institution__isnull=False)
    return rows.select_related("payee__institution").order_by("kind", "pk").distinct("kind")
