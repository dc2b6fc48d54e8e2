"""What the exits of the cataract road do beside moving the case: eligibility, places, permits, settlement with the hospital."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Invalid
from cases.money import actions as money
from cases.notices.actions import notify
from cases.people.actions import pay_institution
from cases.policy.queries import policy_of
from cases.providers import actions as providers
from cases.providers.costs import claimed
from cases.providers.models import Permit
from cases.providers.queries import accepted_lines, provider_by_code
from workflows import effects
from workflows.models import Decision
from workflows.programmes.cataract.award import most_of
from workflows.programmes.cataract.eyes import wanted


def confirmed(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """确认名额: money for the most of each eye is set aside, and each eye takes its place at the chosen hospital."""
    effects.computed(case=case, decision=decision, data=data, by=by, now=now)
    assert case.award is not None  # computed has stored it
    facts = answers(case)
    hospital = provider_by_code(str(facts.get("hospital") or ""))
    if hospital is None:
        words = _("没有这家定点医院。请退回，让患者另选。")
        raise Invalid(words, fields={"outcome": words}, code="no_hospital")
    money.reserve(case=case, amount=case.award, by=by, now=now)
    most, _row = most_of(facts, policy_of(case))
    providers.propose_permits(
        case=case, lines=[(eye, most) for eye in wanted(facts)], provider=hospital, by=by, now=now
    )
    effects.proposed(case=case, decision=decision, data=data, by=by, now=now)


def permitted(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """发手术通知单: the first eye's permit is good from now; the second waits for its turn (`second_eyes`)."""
    first = Permit.objects.filter(case=case, state="proposed").earliest("pk")
    until = local_day(now) + timedelta(days=policy_of(case).days("permit_valid"))
    providers.issue_permits(case=case, valid_until=until, parts=(first.part,), by=by, now=now)
    decision.amount = case.award
    notify(case=case, code="N16", data={}, by=by, now=now)


def not_treated(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """未实施: nothing was done under any permit; the money goes back, and a letter says that it is over."""
    effects.release_money(case=case, by=by, now=now)
    notify(case=case, code="N22", data={"what": "not_treated"}, by=by, now=now)


def settled(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """结算: the amount is worked out anew from the accepted lines, set aside instead of the promise, and payable to the hospital."""
    lines = accepted_lines(case)
    effects.worked_out(case, by=by, now=now, changes={"claimed": [claimed(line) for line in lines]})
    assert case.award is not None  # worked_out has stored it
    money.release_reservation(case=case, cause="settled", by=by, now=now)
    money.reserve(case=case, amount=case.award, by=by, now=now)
    pay_institution(case=case, institution=lines[-1].claim.provider, by=by, now=now)
    money.make_payable(case=case, not_before=local_day(now), by=by, now=now)


def nothing_to_pay(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """没有可付的费用: every line was refused for good; what was set aside goes back."""
    money.release_reservation(case=case, cause="settled", by=by, now=now)
