"""The fitting centre is paid for each device that the person keeps, once, after the check, and nobody takes it for aid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cases.dossier import actions as dossier
from cases.duplicates.queries import earlier_aid
from cases.errors import Refusal, Stale
from cases.money import actions as money
from cases.money.funds import balance
from cases.money.models import Payout
from cases.notices.models import Notice
from cases.people.queries import current_account
from cases.providers import actions as providers
from tests import flow_facts_devices as facts
from tests.flow_facts import FACTS
from tests.flow_kit import Trip
from workflows import actions
from workflows.operations.stuck import find

pytestmark = pytest.mark.django_db

Begin = Callable[..., Trip]


def fee(trip: Trip) -> Payout:
    return trip.case.payouts.exclude(state="void").get()


def test_the_fee_goes_by_the_policy_to_the_account_of_the_centre_and_is_no_aid_wherever_the_case_stands(
    begin: Begin,
) -> None:
    trip = begin(stock=3, model="大功率").accept()
    facts.tested(trip, "severe")
    trip.agree().agree().agree().to("delivery").fitted().fee_due().done()
    told = Notice.objects.filter(case=trip.case).count()
    trip.at("fee_review").agree()
    paid, account = fee(trip), current_account(trip.case)
    assert (paid.kind, paid.amount, paid.state) == ("fee", Decimal(400), "payable")
    assert account is not None and paid.payee == account and account.institution == trip.case.referral.provider
    assert trip.payment_paid().case.state == "FOLLOWUP" and find() == []
    assert Notice.objects.filter(case=trip.case).count() == told, "no word to the person of money that is not his"
    key = trip.case.patient.id_key
    assert earlier_aid(id_key=key, programme="hearing", year=trip.case.accepted_on.year).total == 0
    assert trip.case.award == Decimal(4000) and balance(trip.cast["fin_make"], trip.purse).paid == Decimal(400)

    assert trip.checks_over().case.state == "CLOSED"
    for news, state in (("payment_returned", "returned"), ("account_repaired", "payable"), ("payment_paid", "paid")):
        FACTS[news](trip)
        assert fee(trip).state == state
    assert fee(trip).payee == current_account(trip.case) != account and fee(trip).attempts.count() == 2
    trip.case.refresh_from_db()
    assert trip.case.state == "CLOSED"


def test_the_fee_waits_for_money_and_a_proven_account_and_once_approved_nothing_takes_it_back(begin: Begin) -> None:
    trip = begin(fund="199").to("delivery").fitted().fee_due().done()
    with pytest.raises(Refusal) as short:
        trip.at("fee_review").agree()
    assert short.value.code == "fund_short" and "制单员" in str(short.value)
    money.receive_gift(fund=trip.purse, amount=Decimal(1), source="演示捐赠", by=trip.cast["fin_make"])
    centre, by = trip.case.referral.provider, trip.cast["prov_review"]
    given = {
        "holder": centre.office.name,
        "account": "6228480000100000018",
        "bank_name": "演示农村商业银行",
        "cnaps": "",
    }
    providers.set_account(provider=centre, by=by, **given)
    with pytest.raises(Refusal) as unproven:
        trip.at("fee_review").agree()
    assert unproven.value.code == "account_unconfirmed" and "省级部门负责人" in str(unproven.value)
    assert trip.open == ["follow_up", "fee_review"] and not Payout.objects.exists()
    providers.confirm_account(provider=centre, by=trip.cast["prov_head"])
    trip.at("fee_review").agree()

    with pytest.raises(Refusal) as refused:
        actions.terminate(
            case=trip.case, reasons=["J22"], opinion="家属来电，老人已经去世。", by=trip.cast["xiji_review"]
        )
    assert refused.value.code == "too_late" and "设备已经发放" in str(refused.value.reason)
    with pytest.raises(Refusal):
        dossier.withdraw(case=trip.case, reason="不想要了，退掉吧。", by=trip.cast["applicant1"])
    assert trip.device_returned().open == ["fee_payment"] and fee(trip).state == "payable"
    assert trip.payment_paid().case.state == "NOT_TREATED"


def test_the_database_keeps_the_fee_to_the_check_the_policy_and_once(begin: Begin) -> None:
    trip = begin().to("delivery").fitted()

    def reserve(amount: str, installment: int = 1) -> None:
        money.reserve(
            case=trip.case, amount=Decimal(amount), kind="fee", installment=installment, by=trip.cast["prov_head"]
        )

    def refused(guard: str, *given: Any) -> None:
        with pytest.raises(Stale) as crossed:
            reserve(*given)
        said = crossed.value.__cause__.__cause__  # type: ignore[union-attr]
        assert said.diag.constraint_name == guard  # type: ignore[union-attr]

    refused("fee_earned", "200")
    trip.fee_due()
    refused("fee_by_policy", "200.01")
    reserve("200")
    refused("one_fee", "200", 2)
