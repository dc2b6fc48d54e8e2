"""What the patient reads while a hospital treats him and is paid: a permit with its code, a missed day, no money on its way to him."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from cases.apply.queries import standing
from cases.notices.models import Notice
from cases.notices.queries import print_data, scan_address, sheet_of
from cases.providers import actions
from tests.flow_kit import Trip
from workflows.walking.hospitals import hospitals

pytestmark = pytest.mark.django_db
SAID = {"hardship_category": "H02", "hardship_cert_no": "YS1", "insurance_type": "INS_RES", "wanted_eye": "right_eye"}


@pytest.fixture
def trip(road: Any, cast: Any) -> Trip:
    """A case whose right eye has an issued permit at the hospital of Guyuan."""
    hospitals(cast)
    return road("cataract", **SAID).to("permit").grant()


def permit_letters(trip: Trip) -> list[Notice]:
    rows = Notice.objects.filter(case=trip.case, code="N16", channel="page", to_whom="applicant")
    return list(rows.order_by("pk"))


def test_the_permit_of_the_patient_carries_the_code_that_his_hospital_scans(trip: Trip) -> None:
    permit, (letter,) = trip.case.permits.get(), permit_letters(trip)
    client = Client()
    client.force_login(trip.case.owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("notices:letter", args=[letter.token])).content.decode()
    assert 'class="qr"' in page and permit.number in page and "给医院或验配机构的人扫" in page
    sheet = sheet_of(letter)
    assert sheet.scans == ((permit.number, scan_address(str(permit.token))),)
    printed = print_data(sheet, large=False)
    assert printed["qr"].endswith(reverse("providers:scan", args=[permit.token])) and printed["qr_words"]
    assert client.get(reverse("providers:scan", args=[permit.token])).status_code == 404
    assert client.get(reverse("notices:letter_pdf", args=[letter.token])).content.startswith(b"%PDF")


def test_who_missed_the_day_gets_a_letter_that_says_what_to_do_and_what_happens_next_time(trip: Trip) -> None:
    permit, clerk = trip.case.permits.get(), trip.cast["eye_hospital"]
    actions.miss(permit=permit, by=clerk)
    first, second = permit_letters(trip)
    words = str(sheet_of(second).blocks)
    assert "您没有来" in words and "另约" in words and "名额会收回" in words and permit.number in words
    assert "您没有来" not in str(sheet_of(first).blocks)
    actions.miss(permit=permit, by=clerk)
    assert len(permit_letters(trip)) == 2, "the last one is told as the end of the case"
    assert Notice.objects.filter(case=trip.case, code="N22", channel="page").exists()


def test_while_the_hospital_is_paid_the_patient_reads_that_he_pays_nothing_and_waits_for_no_money(trip: Trip) -> None:
    trip.treatment_done().claim_settled()
    for move in ("payment_batched", "payment_sent"):
        shown = standing(trip.case)
        assert shown.words == "款项拨给医院，您不用付" and "打款" not in shown.words + shown.next_words
        trip.leave(move)
    with override("en"):
        assert "hospital" in standing(trip.case).words
    trip.payment_paid()
    assert trip.case.state == "FOLLOWUP"
    shown = standing(trip.case)
    assert "款" not in shown.words + shown.next_words
    assert "款" not in standing(trip.done().case).words


def test_who_waits_for_a_surgery_or_a_device_is_promised_no_money() -> None:
    from cases.states import STATES, applicant_words

    for settled in ("hospital", "kind"):
        for code in ("FOLLOWUP", "CLOSED"):
            assert "打款" not in str(applicant_words(code, settled)) and "打款" in str(applicant_words(code))
    assert applicant_words("INTAKE", "kind") == STATES["INTAKE"].applicant
