"""What becomes of urgent aid (急难救助): approved by one person, settled by the panel, recovered or not; parts of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Refusal
from cases.history.record import action, record
from cases.money import actions as money
from cases.money.models import Fund
from cases.money.rules import FundShort
from cases.policy.queries import due_date, policy_of
from cases.policy.rules import Policy
from cases.urgent.models import UrgentAid
from cases.urgent.queries import limit_of, paid_ahead


@action("urgent.approve")
def approve(
    *, case: Any, award: Decimal, reasons: Sequence[str], asked_by: Any, by: Any, now: datetime | None = None
) -> UrgentAid:
    """急难审批同意: the lesser of the worked-out award and the policy's limit (yuan) is set aside and may be paid today.

    The panel confirms it by the day that the policy counts from now. Refused a second time for one case, by whoever asked
    for it, where the policy has no urgent path, and when the fund is short.
    """
    assert now is not None
    found = lock_case(case.pk)
    policy = policy_of(found)
    limit = limit_of(policy)
    if limit is None:
        who = who_may("policy.publish", found.handling_code)
        raise Refusal(_("现行政策没有开急难通道。"), code="urgent_off", status=409, who_may=who)
    if UrgentAid.objects.filter(case=found).exists():
        raise Refusal(_("这个案卷已经先行救助过一次。"), code="urgent_twice", status=409)
    if asked_by.pk == by.pk:
        who = who_may("PRV2", found.handling_code)
        raise Refusal(_("提请急难救助的人不能自己审批。"), code="second_person", who_may=who)
    try:
        payout = money.reserve(case=found, amount=min(award, limit), by=by, now=now)
    except FundShort as short:
        words = _("资金不够，不能先行救助。请先落实资金，或转正常程序轮候。")
        raise Refusal(
            words, code="fund_short", status=409, who_may=who_may("money.fund", found.handling_code)
        ) from short
    assert found.policy is not None  # the award was worked out by it
    due = due_date(policy, "confirmation", local_day(now))
    made = UrgentAid.objects.create(
        case=found, payout=payout, policy=found.policy, amount=payout.amount, reasons=_words(policy, reasons),
        asked_by=asked_by, approved_by=by, approved_at=now, confirm_by=due.on,
    )  # fmt: skip
    money.make_payable(case=found, not_before=local_day(now), by=by, now=now)
    payload = {"amount": made.amount, "limit": limit, "reasons": list(reasons), "confirm_by": made.confirm_by}
    record("urgent.approved", about=("case", found.pk), object=made, payload=payload)
    return made


def reserve_rest(*, case: Any, amount: Decimal, by: Any, now: datetime | None = None, fund: Fund | None = None) -> None:
    """预留余额: what is left of an award (yuan) when part of it was paid ahead, all of it else; raises FundShort.

    From that fund, or the first one that has enough.
    """
    extra: dict[str, Any] = {} if now is None else {"now": now}
    ahead = paid_ahead(case)
    if amount > ahead:
        money.reserve(case=case, amount=amount - ahead, installment=2 if ahead else 1, fund=fund, by=by, **extra)


def _words(policy: Policy, codes: Sequence[str]) -> list[dict[str, str]]:
    """The reasons as the policy of that day calls them, in both languages."""
    rows = [policy.row("urgent_reasons", code) for code in codes]
    return [{"code": row.key, **{name: str(row.value[name]) for name in ("name_zh", "name_en")}} for row in rows]


@action("urgent.settle")
def settle(*, case: Any, outcome: str, by: Any, now: datetime | None = None) -> UrgentAid:
    """追认或不予追认: what the panel decided of the payment (or an upheld objection undid), confirmed or refused."""
    return _moved(case, outcome, "urgent.settled", now)


@action("urgent.recover")
def recover(*, case: Any, receipt: str, by: Any, now: datetime | None = None) -> UrgentAid:
    """追回: the whole sum came back and is in its fund again; `receipt` is the number of the paper that proves it."""
    money.take_refund(payout=UrgentAid.objects.get(case=case).payout, receipt=receipt, by=by, now=now)
    return _moved(case, "recovered", "urgent.recovered", now)


@action("urgent.write_off")
def write_off(*, case: Any, by: Any, now: datetime | None = None) -> UrgentAid:
    """没有追回: the decision says why; the money stays paid out, and the case stands on the inspector's list."""
    return _moved(case, "written_off", "urgent.written_off", now)


def _moved(case: Any, outcome: str, event: str, now: datetime | None) -> UrgentAid:
    found = lock_case(case.pk)
    row = UrgentAid.objects.get(case=found)
    before, row.outcome = row.outcome, outcome
    if outcome in ("confirmed", "refused"):
        row.settled_at = now
    else:
        row.ended_at = now
    row.save(update_fields=["outcome", "settled_at", "ended_at"])
    record(
        event, about=("case", found.pk), object=row, payload={"amount": row.amount, "before": before, "after": outcome}
    )
    return row
