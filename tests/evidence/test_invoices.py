"""An invoice pays for one case, in whatever programme; its four numbers fit together; a case that came to nothing frees it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.access.queries import visible_cases
from cases.award.models import Award
from cases.dossier.models import Case
from cases.errors import Invalid, Refusal
from cases.evidence.bills import Bill, clean_code, faults, sums
from cases.evidence.invoices import invoices_of, take_again
from cases.evidence.models import Invoice
from workflows import actions
from workflows.actions.invoices import enter_invoice, take_out_invoice
from workflows.effects import preview_award
from workflows.walking import drive
from workflows.walking.visitors import day

PAPER: dict[str, Any] = {
    "code": "64010126", "number": "0012345678", "check_code": "a1b2c3", "issued_on": date(2026, 3, 5),
    "total": Decimal("30000"), "in_scope": Decimal("25000"), "reimbursed": Decimal("12000"), "self_pay": Decimal("18000"),
}  # fmt: skip
yuan = st.decimals(min_value=0, max_value=100_000, places=2)


def at_intake(cast: Any, number: int = 1, **changes: Any) -> Case:
    """A case whose intake step somebody holds."""
    case = drive.apply(slug="rare_disease", number=number, by=cast["applicant1"], changes=changes or None)
    claim(case)
    return case


def claim(case: Case) -> None:
    item = drive.open_item(case)
    actions.claim(item=item, by=drive.person_for(item))


def enter(case: Case, **changes: Any) -> Invoice:
    item = drive.open_item(case)
    return enter_invoice(item=item, given={**PAPER, **changes}, by=item.holder)


@given(total=yuan, in_scope=yuan, reimbursed=yuan, self_pay=yuan)
def test_what_may_be_entered_has_four_numbers_that_fit_together(
    total: Decimal, in_scope: Decimal, reimbursed: Decimal, self_pay: Decimal
) -> None:
    bill = Bill(date(2026, 3, 5), total, in_scope, reimbursed, self_pay)
    fits = total > 0 and in_scope <= total and reimbursed + self_pay <= total
    assert (not faults(bill, code="64010126", number="0012345678", today=date(2026, 3, 5))) == fits


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "12"}, "code"), ({"number": ""}, "number"), ({"issued_on": date(2099, 1, 1)}, "issued_on"),
        ({"total": Decimal("0"), **dict.fromkeys(("in_scope", "reimbursed", "self_pay"), Decimal("0"))}, "total"), ({"in_scope": Decimal("30000.01")}, "in_scope"),
        ({"reimbursed": Decimal("-1")}, "reimbursed"), ({"self_pay": Decimal("18000.01")}, "self_pay"),
    ],
)  # fmt: skip
def test_a_wrong_number_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    told = {**PAPER, **changes}
    bill = Bill(*(told[name] for name in ("issued_on", "total", "in_scope", "reimbursed", "self_pay")))
    assert list(faults(bill, code=told["code"], number=told["number"], today=date(2026, 11, 26))) == [field]


@pytest.mark.django_db
def test_a_wrong_invoice_is_refused_with_a_sentence_and_nothing_is_kept(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = at_intake(cast)
    with pytest.raises(Invalid) as refused:
        enter(case, self_pay=Decimal("18000.01"))
    assert list(refused.value.fields) == ["self_pay"]
    assert not Invoice.objects.exists()


def test_what_invoices_come_to_leaves_out_given_drugs_and_numbers_are_compared_narrow() -> None:
    paid = Bill(date(2026, 3, 5), Decimal("10.10"), Decimal("8"), Decimal("4"), Decimal("6.10"))
    gift = Bill(date(2026, 3, 5), Decimal("5"), Decimal("0"), Decimal("0"), Decimal("5"), donated=True)
    assert sums([paid, gift]) == {
        "count": 2, "total": "15.10", "in_scope": "8.00", "reimbursed": "4.00", "self_pay": "11.10", "donated": "5.00",
    }  # fmt: skip
    assert clean_code(" ００12-３4 ab") == "001234AB"


@pytest.mark.django_db
def test_the_same_invoice_is_refused_in_a_second_case_and_the_first_is_named_to_who_may_see_it(
    cast: Any, published: Any
) -> None:
    published("rare_disease")
    first, second = at_intake(cast), at_intake(cast, 2)
    enter(first)
    with pytest.raises(Refusal) as refused:
        enter(second, number="００12345678", check_code="another")
    assert refused.value.code == "invoice_used" and str(first.number) in str(refused.value.reason)
    with pytest.raises(Refusal, match="已经录过了"):
        enter(first)
    assert Invoice.objects.count() == 1


@pytest.mark.django_db
def test_who_may_not_see_the_first_case_hears_only_whom_to_ask(cast: Any, published: Any) -> None:
    published("rare_disease")
    here, there = at_intake(cast), at_intake(cast, 4)  # the fifth invented person lives in Zhongning
    assert there.handling_code[:6] != here.handling_code[:6]
    enter(here)
    clerk = drive.open_item(there).holder
    assert not visible_cases(clerk).filter(pk=here.pk).exists()
    with pytest.raises(Refusal) as refused:
        enter(there)
    said = str(refused.value.reason)
    assert str(here.number) not in said and "西吉" in said


@pytest.mark.django_db
def test_the_database_refuses_a_second_use_and_any_change_of_what_was_entered(cast: Any, published: Any) -> None:
    published("rare_disease")
    first, second = at_intake(cast), at_intake(cast, 2)
    row = enter(first)
    copy = {field.attname: getattr(row, field.attname) for field in Invoice._meta.concrete_fields if field.name != "id"}
    with pytest.raises(Error, match="invoice_once"), transaction.atomic():
        Invoice.objects.create(**{**copy, "case_id": second.pk})
    with pytest.raises(Error, match="stands as it was entered"), transaction.atomic():
        Invoice.objects.filter(pk=row.pk).update(self_pay=Decimal("1"))


@pytest.mark.django_db
def test_a_case_that_is_not_accepted_frees_its_invoices_and_takes_them_again_only_while_they_are_free(
    cast: Any, published: Any
) -> None:
    published("rare_disease")
    first, second = at_intake(cast), at_intake(cast, 2)
    enter(first)
    drive.step(first, "not_accept")
    assert not invoices_of(first).exists()
    take_again_in_act(first, cast)
    assert invoices_of(first).count() == 1
    drive_free(first)
    enter(second)
    with pytest.raises(Refusal) as refused:
        take_again(case=first, by=cast["xiji_intake"])
    assert refused.value.code == "invoice_used"


def take_again_in_act(case: Case, cast: Any) -> None:
    """As the province's calculation does it for a case that goes on."""
    from cases.history.record import action

    @action("award.compute")
    def again(*, case: Case, by: Any, now: Any = None) -> None:
        take_again(case=case, by=by)

    again(case=case, by=cast["prov_review"])


def drive_free(case: Case) -> None:
    Invoice.objects.filter(case=case).update(released_at="2026-11-26T00:00:00Z", released_why="ended")


@pytest.mark.django_db
def test_what_was_entered_wrongly_is_taken_out_and_free(cast: Any, published: Any) -> None:
    published("rare_disease")
    first, second = at_intake(cast), at_intake(cast, 2)
    row, item = enter(first), drive.open_item(first)
    take_out_invoice(item=item, invoice=row.pk, by=item.holder)
    row.refresh_from_db()
    assert row.released_why == "mistake"
    enter(second)


@pytest.mark.django_db
def test_only_the_holder_of_a_review_step_enters_invoices(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = at_intake(cast)
    item = drive.open_item(case)
    with pytest.raises(Refusal) as refused:
        enter_invoice(item=item, given=PAPER, by=cast["xiji_review"])
    assert refused.value.code == "not_my_step"
    drive.to(case, "VERIFY")
    claim(case)
    with pytest.raises(Refusal) as refused:
        enter(case)
    assert refused.value.code == "no_invoices"


@pytest.mark.django_db
def test_the_amount_follows_the_invoices_and_is_kept_with_them(cast: Any, published: Any, funded: Any) -> None:
    published("rare_disease")
    funded("rare_disease", 1_000_000)
    changes = {
        "total_cost": "90000.00", "insurance_paid": "10000.00", "critical_illness_paid": "0.00",
        "medical_assistance_paid": "0.00", "hardship_category": "H99", "hardship_cert_no": None,
    }  # fmt: skip
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes=changes)
    drive.to(case, "PROVINCE")
    case.refresh_from_db()
    assert preview_award(case).self_pay == 80000
    claim(case)
    enter(case)
    enter(case, number="0012345679", total=Decimal("9000"), in_scope=Decimal("0"), reimbursed=Decimal("0"),
          self_pay=Decimal("9000"), donated=True)  # fmt: skip
    found = preview_award(case)
    assert found.self_pay == 39000 - 9000 - 12000, "total on the invoices, less given drugs, less what was reimbursed"
    drive.step(case, "agree")
    stored = Award.objects.get(case=case)
    assert stored.amount == 3000 and stored.facts["invoices"]["count"] == 2


@pytest.mark.django_db
def test_the_page_lists_enters_and_says_what_to_look_at(cast: Any, published: Any, browse: Any) -> None:
    published("rare_disease")
    case = at_intake(cast)
    item = drive.open_item(case)
    page, address = browse(item.holder.username), reverse("case:invoices", args=[case.number])
    told = {
        "item": item.pk,
        "row_version": item.row_version,
        **day("issued_on", date(2025, 3, 5)),
        "out_of_region": "on",
    }
    told |= {key: str(value) for key, value in PAPER.items() if key != "issued_on"}
    wrong = page.post(address, {**told, "self_pay": "30000"})
    assert wrong.status_code == 422 and "加起来比总费用多" in wrong.content.decode()
    assert page.post(address, told).status_code == 302
    shown = page.get(address).content.decode()
    assert "0012345678" in shown
    for words in ("不在申请的费用期间", "对不上。按票据算", "按多的扣", "没有转诊备案表"):
        assert words in shown
    out = reverse("case:invoice_out", args=[case.number, Invoice.objects.get().pk])
    assert page.post(out, {"item": item.pk, "row_version": item.row_version}).status_code == 302
    assert "还没有录票据" in page.get(address).content.decode()
