"""An applicant states his invoices in the draft; they count once it is sent, and one that is used is refused then."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.apply import actions as applying
from cases.dossier import actions as dossier
from cases.errors import NotFound, Refusal
from cases.evidence.invoices import bills_of, facts_of, invoices_of, stated_of
from cases.evidence.models import Invoice
from cases.history.models import Event
from workflows.walking import drive

pytestmark = pytest.mark.django_db
TYPED = {
    "code": "064001900111", "number": "００12345678", "issued_on_year": "2026", "issued_on_month": "3", "issued_on_day": "5",
    "total": "30000", "in_scope": "28000", "reimbursed": "12000", "self_pay": "18000",
}  # fmt: skip


def draft(cast: Any, number: int) -> Any:
    return drive.apply(slug="rare_disease", number=number, by=cast[f"applicant{number}"], submit=False)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_an_applicant_states_counts_once_he_sends_and_a_used_invoice_is_refused_without_saying_whose(
    cast: Any, published: Any
) -> None:
    published("rare_disease")
    case, by = draft(cast, 1), cast["applicant1"]
    client, address = browser(by), reverse("dossier:invoices", args=[case.token])
    assert "有就填" in client.get(reverse("dossier:draft", args=[case.token])).text
    wrong = client.post(address, {**TYPED, "self_pay": "18000.01"})
    assert wrong.status_code == 422 and "报销和个人支付加起来" in wrong.text
    assert client.post(address, TYPED).status_code == 302
    twice = client.post(address, TYPED)
    assert twice.status_code == 422 and "已经录过了" in twice.text
    assert client.post(address, {**TYPED, "number": "99999999"}).status_code == 302
    wanted = stated_of(case).last()
    assert wanted is not None and client.post(address, {"remove": wanted.pk}).status_code == 302
    assert "0012345678" in client.get(address).text and "99999999" not in client.get(address).text
    assert not invoices_of(case) and "invoices" not in facts_of(case)
    with pytest.raises(NotFound):
        applying.take_back_invoice(case=case, invoice=wanted.pk, by=cast["applicant2"])

    other = draft(cast, 2)
    assert browser(cast["applicant2"]).post(reverse("dossier:invoices", args=[other.token]), TYPED).status_code == 302
    drive.finish(case, by=by)
    case.refresh_from_db()
    assert facts_of(case)["invoices"]["self_pay"] == "18000.00" and len(bills_of([case])[case.pk]) == 1
    with pytest.raises(Refusal) as used:
        drive.finish(other, by=cast["applicant2"])
    other.refresh_from_db()
    said = str(used.value)
    assert used.value.code == "invoice_used" and "5678" in said and other.state == "DRAFT"
    assert case.number not in said and "西吉" not in said
    page = browser(cast["applicant2"]).post(reverse("dossier:check", args=[other.token]), {"truth": "on"})
    assert page.status_code == 422 and "尾号 5678 的票据已经用过" in page.text
    row = stated_of(other).get()
    applying.take_back_invoice(case=other, invoice=row.pk, by=cast["applicant2"])
    row.refresh_from_db()
    assert (str(row.number), row.released_why, row.total) == ("", "mistake", Decimal(30000))
    drive.finish(other, by=cast["applicant2"])
    assert Event.objects.filter(action="invoice.entered").count() == 1


def test_a_draft_that_is_thrown_away_keeps_no_number_of_an_invoice(cast: Any, published: Any) -> None:
    published("rare_disease")
    case, by = draft(cast, 1), cast["applicant1"]
    assert browser(by).post(reverse("dossier:invoices", args=[case.token]), TYPED).status_code == 302
    dossier.discard_draft(case=case, by=by)
    assert set(Invoice.objects.values_list("released_why", "number", "code")) == {("mistake", "", "")}
