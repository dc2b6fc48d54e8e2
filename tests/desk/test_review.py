"""A reviewer sets a fact right before the amount is computed; a case is ended by whoever may."""

import pytest
from django.urls import reverse

from cases.award.models import Award
from cases.dossier.queries import answers
from cases.notices.models import Notice
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_province(cast, published):
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes={"hukou_division": "640422100991"})
    return drive.to(case, "PROVINCE")


def sent(client, case, item, **more):
    values = {"item": item.pk, "row_version": item.row_version, "outcome": "agree", "opinion": "票据逐张核对。", **more}
    return client.post(reverse("case:decide", args=[case.number]), values)


def test_an_amount_set_right_changes_the_working_that_is_shown_and_the_award_that_is_stored(at_province, cast, client):
    case, item = at_province, drive.open_item(at_province)
    client.force_login(cast["prov_review"])
    client.post(reverse("case:claim", args=[case.number]), {"item": item.pk, "row_version": item.row_version})
    item.refresh_from_db()
    right = {"fix_other_charity_paid": "1,000.00", "why_other_charity_paid": "慈善组织来函载明已付 1000 元"}
    check = sent(client, case, item, phase="check", **right).content.decode()
    assert "1,000.00" in check
    drive.read(case, cast["prov_review"])
    sent(client, case, item, phase="confirm", **right)
    case.refresh_from_db()
    assert case.state == "PANEL"
    assert answers(case)["other_charity_paid"] == "1000.00"
    stored = Award.objects.get(case=case)
    assert stored.facts["other_charity_paid"] == "1000.00"
    assert any(line["amount"].lstrip("-") in ("1000.00", "1000") for line in stored.working["lines"])


def test_a_correction_without_its_reason_is_asked_for_and_nothing_is_decided(at_province, cast, client):
    case, item = at_province, drive.open_item(at_province)
    client.force_login(cast["prov_review"])
    client.post(reverse("case:claim", args=[case.number]), {"item": item.pk, "row_version": item.row_version})
    item.refresh_from_db()
    page = sent(client, case, item, phase="confirm", fix_other_charity_paid="1000")
    assert "请写明核实的依据" in page.content.decode()
    case.refresh_from_db()
    assert case.state == "PROVINCE"


def test_the_department_head_ends_a_case_with_reason_and_the_applicant_gets_a_letter(at_province, cast, client):
    case = at_province
    client.force_login(cast["prov_head"])
    address = reverse("case:terminate", args=[case.number])
    assert client.get(address).status_code == 200
    client.post(address, {"reasons": ["J01"], "opinion": "申请人已搬离本省，电话里确认不再申请。"})
    case.refresh_from_db()
    assert case.state == "TERMINATED"
    assert Notice.objects.filter(case=case, code="N22").exists()
    client.force_login(cast["xiji_intake"])
    assert client.get(address).status_code == 403
