"""The fee of the fitting centre is approved (验配费核定): set aside, made out to its own proven account, and payable."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.money import actions as money
from cases.money.models import FEE
from cases.money.rules import PROVINCE, FundShort
from cases.people.actions import pay_institution
from cases.policy.queries import policy_of
from cases.stock.fees import Fee, fee_of, is_earned


def pay_fee(*, case: Case, by: Any, now: datetime) -> Fee:
    """付验配费, inside the act of whoever decides it: the sum of the policy for each device that the person keeps, once.

    Nothing is stored, and the fee waits, while the check is not passed, the account of the centre has no second person
    behind it, or no fund has enough. Raises Refusal that names who may.
    """
    fee = fee_of(case)
    if fee.centre is None or not is_earned(case, policy_of(case)):
        raise Refusal(_("没有通过复查的设备，不能付验配费。"), code="no_fee_earned", status=409)
    place = fee.centre.office.division_code
    if fee.centre.account_by_id == by.pk:
        raise Refusal(
            _("验配机构的收款账户是您登记的，验配费须由另一个人核定。"), code="second_person",
            who_may=who_may("provider.confirm", place),
        )  # fmt: skip
    if not fee.centre.may_be_paid:
        raise Refusal(
            _("验配机构的收款账户还没有第二人核对，先核对账户再付。"), code="account_unconfirmed", status=409,
            who_may=who_may("provider.confirm", place),
        )  # fmt: skip
    try:
        money.reserve(case=case, amount=fee.amount, kind=FEE, by=by, now=now)
    except FundShort as short:
        raise Refusal(
            _("这个项目的资金不够付验配费。等资金到账后再核定，这一件留在这里。"), code=short.code, status=409,
            who_may=who_may("money.make", PROVINCE),
        ) from short  # fmt: skip
    pay_institution(case=case, institution=fee.centre, by=by, now=now)
    money.make_payable(case=case, not_before=local_day(now), kind=FEE, by=by, now=now)
    return fee
