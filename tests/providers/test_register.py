"""Hospitals under contract: their code is checked, their account has two people behind it, their prices have days."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.providers import actions, queries
from cases.providers.models import PriceItem, Provider
from cases.providers.rules import check_uscc
from tests.providers.kit import USCC, hospital

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(USCC["6404"], USCC["6404"]), (" 91640400-ma76000012", USCC["6404"]), ("91640400MA76000013", ""), ("", ""),
     ("91640400MA7600001I", ""), ("6499", "")],
)  # fmt: skip
def test_a_credit_code_is_kept_only_when_its_check_character_is_right(typed: str, kept: str) -> None:
    assert check_uscc(typed) == kept


def test_a_provider_is_an_office_of_its_kind_once(cast: Any) -> None:
    made = hospital(cast, "6404")
    said = {
        "contract_no": "YS-2",
        "contract_from": clock.today(),
        "contract_to": clock.today(),
        "by": cast["prov_review"],
    }
    with pytest.raises(Invalid) as again:
        actions.register_provider(kind="hospital", office=made.office, uscc=USCC["6405"], **said)
    assert set(again.value.fields) == {"office"}
    with pytest.raises(Invalid) as other:
        store = Office.objects.get(kind="warehouse")
        actions.register_provider(kind="hospital", office=store, uscc=USCC["6404"], **said)
    assert set(other.value.fields) == {"office", "uscc"}


def test_the_account_counts_when_a_second_person_confirmed_it(cast: Any) -> None:
    made = hospital(cast, "6404")
    assert made.may_be_paid
    again = actions.set_account(
        provider=made, holder=made.office.name, account="6228480000000000077", bank_name="演示农村商业银行", cnaps="",
        by=cast["prov_review"],
    )  # fmt: skip
    assert not again.may_be_paid
    with pytest.raises(Refusal):
        actions.confirm_account(provider=made, by=cast["prov_review"])
    with pytest.raises(IntegrityError, match="provider_account_by_two_people"), transaction.atomic():
        Provider.objects.filter(pk=made.pk).update(account_confirmed_by=cast["prov_review"])
    assert actions.confirm_account(provider=made, by=cast["prov_head"]).may_be_paid


def test_a_new_price_ends_the_one_before(cast: Any) -> None:
    made = hospital(cast, "6404")
    actions.set_price(
        provider=made, code="LENS", name="人工晶体（普通）", price=Decimal("1600"), by=cast["prov_review"]
    )
    assert [row.price for row in PriceItem.objects.filter(provider=made, code="LENS", ends_on=None)] == [
        Decimal("1600")
    ]
    assert PriceItem.objects.filter(provider=made, code="LENS").count() == 2


def test_a_clerk_sees_his_own_hospital_and_an_office_those_of_its_area(cast: Any, hospitals: list[Any]) -> None:
    def seen(who: str) -> list[str]:
        return [one.office.division_code for one in queries.visible_providers(cast[who])]

    assert (seen("eye_hospital"), seen("eye_hospital2")) == (["6404"], ["6405"])
    assert seen("prov_review") == seen("inspector") == ["6404", "6405"]
    assert seen("xiji_intake") == ["6404"]
    assert seen("applicant1") == seen("fin_make") == []


def test_a_provider_out_of_contract_is_not_open(cast: Any) -> None:
    made, today = hospital(cast, "6404"), clock.today()
    assert made.is_open_on(today) and not made.is_open_on(today - timedelta(days=11))
    assert not made.is_open_on(made.contract_to + timedelta(days=1))
