"""Hospitals under contract: their code is checked, their account has two people behind it, their prices have days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.history.models import Event
from cases.providers import actions, queries
from cases.providers.models import PriceItem, Provider
from cases.providers.rules import check_uscc
from tests.providers.kit import USCC, hospital
from workflows.walking import drive
from workflows.walking.visitors import day

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
        "licence": "PDY64040002",
        "contract_no": "YS-2",
        "contract_from": clock.today(),
        "contract_to": clock.today(),
        "by": cast["prov_review"],
    }
    with pytest.raises(Invalid) as again:
        actions.register_provider(kind="hospital", office=made.office, uscc=USCC["6405"], **said)
    assert set(again.value.fields) == {"name"}
    with pytest.raises(Invalid) as other:
        store = Office.objects.get(kind="warehouse")
        actions.register_provider(kind="hospital", office=store, uscc=USCC["6404"], **said)
    assert set(other.value.fields) == {"name", "uscc"}


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


# --- a new one ---------------------------------------------------------------------------------------------------------
NEW = {
    "kind": "hospital", "name": "演示第三眼科医院", "division_code": "6404", "licence": "PDY 6404 0003",
    "uscc": "52640400MA76H0001N", "contract_no": "YS-3", **day("contract_from", date(2026, 1, 1)),
    **day("contract_to", date(2030, 1, 1)),
}  # fmt: skip


def browser(cast: Any, who: str) -> Client:
    client = Client()
    client.force_login(cast[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_province_registers_a_hospital_and_it_takes_patients_once_another_person_has_confirmed_it(
    cast: Any, published: Any
) -> None:
    province, head = browser(cast, "prov_review"), browser(cast, "prov_head")
    assert reverse("providers:register") in province.get(reverse("providers:providers")).content.decode()
    assert head.get(reverse("providers:register")).status_code == 404
    assert province.post(reverse("providers:register"), NEW).status_code == 302
    made = Provider.objects.get()
    assert (made.name, made.office.division_code, made.licence) == ("演示第三眼科医院", "6404", "PDY64040003")
    assert (made.state, made.is_open_on(clock.today())) == ("registered", False)
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    propose = {"case": case, "lines": [("right_eye", Decimal(900))], "by": cast["prov_review"]}
    with pytest.raises(Invalid) as unconfirmed:
        actions.propose_permits(provider=made, **propose)
    assert unconfirmed.value.code == "provider_unconfirmed" and "第二人" in str(unconfirmed.value)
    page = reverse("providers:provider", args=[made.pk])
    confirm = reverse("providers:change", args=[made.pk, "check"])
    assert "待核对" in head.get(page).content.decode() and confirm in head.get(page).content.decode()
    assert confirm not in province.get(page).content.decode() and province.post(confirm).status_code == 403
    assert head.post(confirm).status_code == 302
    made.refresh_from_db()
    assert made.is_open_on(clock.today()) and (made.made_by, made.confirmed_by) == (
        cast["prov_review"],
        cast["prov_head"],
    )
    assert actions.propose_permits(provider=made, **propose)
    rows = Event.objects.filter(stream__kind="provider", stream__key=str(made.pk), outcome="ok")
    told = rows.filter(action__startswith="provider.").order_by("seq")
    assert [*told.values_list("action", "actor")] == [
        ("provider.registered", cast["prov_review"].pk),
        ("provider.confirmed", cast["prov_head"].pk),
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "请填写机构名称"), ({"name": "医"}, "照许可证填写机构名称"), ({"division_code": ""}, "请选择在哪个市、县"),
    ({"licence": "12"}, "照许可证填写证号"), ({"uscc": "123"}, "核对 18 位"), ({"kind": ""}, "请选择类别"),
    ({"uscc": USCC["6405"]}, "已登记给另一个机构"), (day("contract_to", date(2025, 1, 1)), "结束日期早于开始日期"),
]  # fmt: skip


def test_what_is_wrong_with_a_registration_stands_in_a_sentence_and_nothing_is_kept(cast: Any) -> None:
    before, province = hospital(cast, "6405"), browser(cast, "prov_review")
    offices = Office.objects.count()
    same = {"name": before.office.name, "division_code": "6405"}
    for changes, sentence in [*WRONG, (same, "已经登记过")]:
        wrong = province.post(reverse("providers:register"), {**NEW, **changes})
        assert wrong.status_code == 422 and sentence in wrong.content.decode(), changes
    assert Provider.objects.get() == before and Office.objects.count() == offices


def test_who_registered_does_not_confirm_not_even_in_the_database(cast: Any) -> None:
    browser(cast, "prov_review").post(reverse("providers:register"), NEW)
    made = Provider.objects.get()
    Provider.objects.filter(pk=made.pk).update(made_by=cast["prov_head"])
    with pytest.raises(Refusal) as refused:
        actions.confirm_provider(provider=made, by=cast["prov_head"])
    assert refused.value.code == "second_person"
    for change in ({"state": "active"}, {"state": "active", "confirmed_by": cast["prov_head"]}):
        with pytest.raises(IntegrityError, match="provider_by_two_people"), transaction.atomic():
            Provider.objects.filter(pk=made.pk).update(**change)
