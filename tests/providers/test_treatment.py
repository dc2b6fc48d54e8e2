"""From the permit to the hospital's money by the real pages and acts: what may not be is refused with a sentence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.evidence.invoices import invoices_of
from cases.history.models import Access
from cases.providers import actions
from cases.providers.models import ClaimLine, Permit, Surgery
from cases.providers.rules import Costs, faults_of
from tests.evidence.test_invoices import PAPER
from tests.flow_facts import claim, operate, phone
from tests.flow_kit import Trip
from workflows.actions import claim as take
from workflows.actions.invoices import enter_invoice
from workflows.walking import drive
from workflows.walking.visitors import day

pytestmark = pytest.mark.django_db
SAID = {"hardship_category": "H02", "hardship_cert_no": "YS1", "insurance_type": "INS_RES", "wanted_eye": "right_eye"}


@pytest.fixture
def trip(road: Any, hospitals: list[Any]) -> Trip:
    """A case whose right eye has an issued permit at the hospital of Guyuan."""
    return road("cataract", **SAID).to("permit").grant()


def permit_of(trip: Trip) -> Permit:
    return trip.case.permits.get()


def browser(trip: Trip, who: str) -> Client:
    client = Client()
    client.force_login(trip.cast[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


# --- the permit at the hospital ----------------------------------------------------------------------------------------
def test_the_scan_says_valid_which_eye_and_until_when_to_its_own_hospital_alone(trip: Trip) -> None:
    permit = permit_of(trip)
    address = reverse("providers:scan", args=[permit.token])
    page = browser(trip, "eye_hospital").get(address).content.decode()
    assert "有效" in page and "右眼" in page and str(permit.case.patient.name) in page
    assert Access.objects.filter(object_type="cases_permit", object_id=str(permit.pk)).count() == 1
    for stranger in ("eye_hospital2", "hearing_centre", "xiji_intake", "applicant8"):
        assert browser(trip, stranger).get(address).status_code == 404
    english = browser(trip, "eye_hospital").get(address, headers={"accept-language": "en"}).content.decode()
    assert "Right eye" in english and "Valid" in english


def test_a_number_typed_finds_the_permit_and_the_list_names_nobody_whole(trip: Trip) -> None:
    client, permit = browser(trip, "eye_hospital"), permit_of(trip)
    found = client.get(reverse("providers:home"), {"number": permit.number})
    assert found["Location"] == reverse("providers:permit", args=[permit.number])
    listed = client.get(reverse("providers:home")).content.decode()
    assert permit.number in listed and str(permit.case.patient.name) not in listed
    assert client.get(reverse("providers:home"), {"number": "640422-2026-999999-0-1"}).status_code == 404


def test_after_its_last_day_the_page_says_so_and_nothing_is_done(trip: Trip) -> None:
    trip.days(61)
    permit = permit_of(trip)
    page = browser(trip, "eye_hospital").get(reverse("providers:permit", args=[permit.number])).content.decode()
    assert "有效期已过" in page
    with pytest.raises(Invalid):
        operate(trip, permit)


# --- exam and surgery --------------------------------------------------------------------------------------------------
def test_the_hospital_records_exam_and_surgery_on_its_pages(trip: Trip) -> None:
    client, permit = browser(trip, "eye_hospital"), permit_of(trip)
    exam = {**day("examined_on", clock.today()), "suitable": "yes", "reason": "", "note": ""}
    assert client.post(reverse("providers:do", args=[permit.number, "exam"]), exam).status_code == 302
    surgery = {
        **day("done_on", clock.today()), "part": "left_eye", "method": "phaco", "surgeon": "演示医生", "lens_brand": "演示牌",
        "lens_model": "YS-1", "lens_power": "21.5", "lens_serial": "sn 0001",
    }  # fmt: skip
    address = reverse("providers:do", args=[permit.number, "surgery"])
    wrong = client.post(address, surgery)
    assert wrong.status_code == 422 and "眼别不符" in wrong.content.decode() and not Surgery.objects.exists()
    assert client.post(address, {**surgery, "part": "right_eye"}).status_code == 302
    trip.case.refresh_from_db()
    assert Surgery.objects.get().lens_serial == "SN0001" and trip.case.state == "SETTLEMENT"


def test_without_a_suitable_exam_there_is_no_surgery(trip: Trip) -> None:
    said = {
        "part": "right_eye", "done_on": clock.today(), "method": "phaco", "surgeon": "演示医生", "lens_brand": "演示牌",
        "lens_model": "YS-1", "lens_power": Decimal(20), "lens_serial": "SN-1", "by": trip.cast["eye_hospital"],
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        actions.record_surgery(permit=permit_of(trip), **said)
    assert set(refused.value.fields) == {"done_on"}


def test_not_suitable_ends_the_case_and_frees_the_eye(trip: Trip) -> None:
    actions.examine(
        permit=permit_of(trip), examined_on=clock.today(), suitable=False, reason="sugar", by=trip.cast["eye_hospital"]
    )
    trip.case.refresh_from_db()
    assert (permit_of(trip).state, trip.case.state) == ("unsuitable", "NOT_TREATED")


def test_the_second_missed_appointment_gives_the_place_back(trip: Trip) -> None:
    assert actions.miss(permit=permit_of(trip), by=trip.cast["eye_hospital"]).state == "issued"
    assert actions.miss(permit=permit_of(trip), by=trip.cast["eye_hospital"]).state == "lapsed"
    trip.case.refresh_from_db()
    assert trip.case.state == "NOT_TREATED"


def test_a_lens_serial_is_used_once_and_the_first_is_named(trip: Trip, road: Any) -> None:
    operate(trip, permit_of(trip), lens_serial="SN-SAME-1")
    other = road("cataract", **SAID).to("permit").grant()
    with pytest.raises(Invalid) as refused:
        operate(other, permit_of(other), lens_serial="sn-same-1")
    first = Surgery.objects.get()
    assert "固原眼科医院" in str(refused.value) and first.done_on.isoformat() in str(refused.value)
    assert first.permit == permit_of(trip) and permit_of(other).state == "issued"


def test_a_complication_after_a_day_is_kept_as_late(trip: Trip) -> None:
    permit, clerk = permit_of(trip), trip.cast["eye_hospital"]
    operate(trip, permit)
    found = clock.now()
    soon = actions.report_complication(permit=permit, happened_at=found, what="角膜水肿，已用药。", by=clerk)
    trip.days(2)
    late = actions.report_complication(permit=permit, happened_at=found, what="角膜水肿，已用药。", by=clerk)
    assert (soon.is_late, late.is_late) == (False, True)


def test_the_sight_gained_is_counted_in_lines_and_each_check_is_kept_once(trip: Trip) -> None:
    permit, clerk = permit_of(trip), trip.cast["eye_hospital"]
    operate(trip, permit)
    said = {"permit": permit, "moment": "day1", "seen_on": clock.today(), "by": clerk}
    with pytest.raises(Invalid):
        actions.record_sight(raw="看得见", **said)
    assert actions.record_sight(raw="０．８", **said).gain > 0
    with pytest.raises(Invalid):
        actions.record_sight(raw="0.8", **said)


def test_who_had_one_eye_done_cannot_withdraw(trip: Trip) -> None:
    from cases.dossier.actions import withdraw

    operate(trip, permit_of(trip))
    with pytest.raises(Refusal):
        withdraw(case=trip.case, reason="不想要了。", by=trip.case.owner)


# --- claims ------------------------------------------------------------------------------------------------------------
def test_a_claim_goes_from_hospital_to_county_to_province_on_the_pages(trip: Trip) -> None:
    permit = permit_of(trip)
    operate(trip, permit)
    costs = {
        **day("settled_on", clock.today()), **day("invoiced_on", clock.today()), "invoice_code": "6401 0001", "invoice_no": "6400 1234", "total": "4200", "basic_insurance": "3000",
        "critical_illness": "0", "medical_assistance": "0", "discount": "0", "premium": "0", "lens_price": "1500",
        "asked": "1200",
    }  # fmt: skip
    hospital = browser(trip, "eye_hospital")
    filed = hospital.post(reverse("providers:do", args=[permit.number, "claim"]), costs)
    assert filed.status_code == 302
    line = ClaimLine.objects.get()
    call = {**day("called_on", clock.today()), "result": "confirmed", "answered_by": "患者本人"}
    judge = "providers:judge"
    assert browser(trip, "zhongning_clerk").post(reverse(judge, args=[line.pk, "call"]), call).status_code == 404
    assert browser(trip, "xiji_intake").post(reverse(judge, args=[line.pk, "call"]), call).status_code == 302
    assert browser(trip, "xiji_intake").post(reverse(judge, args=[line.pk, "accept"])).status_code == 403
    page = browser(trip, "prov_review").get(reverse("providers:line", args=[line.pk])).content.decode()
    assert "1,200.00" in page and "认可这一行" in page
    assert browser(trip, "prov_review").post(reverse(judge, args=[line.pk, "accept"])).status_code == 302
    line.refresh_from_db()
    assert (line.state, line.awarded) == ("accepted", Decimal(1200))


def test_who_was_charged_gets_it_back_before_the_line_goes_on(trip: Trip) -> None:
    permit = permit_of(trip)
    operate(trip, permit)
    line = claim(trip, permit)
    phone(trip, line, "charged", charged=Decimal(300))
    order = line.refunds.get()
    with pytest.raises(Refusal) as blocked:
        phone(trip, line)
    assert blocked.value.code == "not_refunded"
    actions.make_refund(order=order, refunded_on=clock.today(), how="转账", by=trip.cast["eye_hospital"])
    phone(trip, line)
    assert actions.accept_line(line=line, by=trip.cast["prov_review"]).state == "accepted"


def test_a_rejected_line_is_answered_once(trip: Trip) -> None:
    permit, province, clerk = permit_of(trip), trip.cast["prov_review"], trip.cast["eye_hospital"]
    operate(trip, permit)
    line = claim(trip, permit)
    phone(trip, line)
    assert actions.reject_line(line=line, why="发票看不清楚。", by=province).state == "rejected"
    actions.answer_line(line=line, answer="已寄去原件，请再看。", by=clerk)
    with pytest.raises(Refusal):
        actions.answer_line(line=line, answer="再答复一次也不行。", by=clerk)
    assert actions.accept_line(line=line, by=province).state == "accepted"


def test_an_invoice_is_claimed_once(trip: Trip, road: Any) -> None:
    operate(trip, permit_of(trip))
    claim(trip, permit_of(trip), invoice_no="64000001")
    other = road("cataract", **SAID).to("permit").grant()
    operate(other, permit_of(other))
    with pytest.raises(Invalid) as refused:
        claim(other, permit_of(other), invoice_no="6400 0001")
    assert set(refused.value.fields) == {"invoice_no"}


def test_an_invoice_that_an_applicant_handed_in_is_not_claimed_by_a_hospital_and_the_other_way_round(
    trip: Trip, published: Any
) -> None:
    published("rare_disease")
    other = drive.apply(slug="rare_disease", number=71, by=trip.cast["applicant7"])
    item = drive.open_item(other)
    take(item=item, by=drive.person_for(item))
    item.refresh_from_db()
    operate(trip, permit_of(trip))
    enter_invoice(item=item, given=PAPER, by=item.holder)
    with pytest.raises(Invalid) as refused:
        claim(trip, permit_of(trip), invoice_code="6401-0126", invoice_no="００12345678")
    assert refused.value.code == "invoice_taken" and set(refused.value.fields) == {"invoice_no"}
    assert "只能用一次" in str(refused.value.fields["invoice_no"]) and not ClaimLine.objects.exists()
    line = claim(trip, permit_of(trip), invoice_code="64010126", invoice_no="0000009876")
    with pytest.raises(Refusal, match="只能用一次"):
        enter_invoice(item=item, given={**PAPER, "number": "0000009876"}, by=item.holder)
    phone(trip, line)
    for _time in range(2):
        actions.reject_line(line=line, why="费用和清单对不上。", by=trip.cast["prov_review"])
    assert invoices_of(trip.case).count() == 0, "a claim that came to nothing frees its invoice"
    enter_invoice(item=item, given={**PAPER, "number": "0000009876"}, by=item.holder)


def test_an_electronic_invoice_of_twenty_digits_has_no_code_and_every_other_has_one(trip: Trip) -> None:
    operate(trip, permit_of(trip))
    with pytest.raises(Invalid) as refused:
        claim(trip, permit_of(trip), invoice_code="", invoice_no="0012345678")
    assert set(refused.value.fields) == {"invoice_code"}
    assert claim(trip, permit_of(trip), invoice_code="", invoice_no="26642000000012345678").invoice_code == ""


def test_a_claim_after_the_day_of_the_next_month_is_late_and_the_cap_cuts_it(trip: Trip) -> None:
    operate(trip, permit_of(trip))
    trip.days(45)
    line = claim(trip, permit_of(trip), total=Decimal(5000), asked=Decimal(2000))
    assert line.is_late
    phone(trip, line)
    assert actions.accept_line(line=line, by=trip.cast["prov_review"]).awarded == Decimal(1500)


GOOD = {
    "insured": True, "total": Decimal(4200), "taken_off": Decimal(3000), "lens_price": Decimal(1500),
    "list_price": Decimal(1800), "premium": Decimal(0), "is_premium": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []), ({"settled": None}, ["unsettled"]), ({"settled": None, "insured": False}, []), ({"settled": -1}, ["before"]),
        ({"taken_off": Decimal(4201)}, ["sum"]), ({"lens_price": Decimal(1801)}, ["price"]), ({"list_price": None}, ["no_price"]),
        ({"is_premium": True}, ["premium"]), ({"lens_price": Decimal(4800), "premium": Decimal(3000), "is_premium": True}, []),
        ({"done": None}, ["not_used"]),
    ],
)  # fmt: skip
def test_what_stands_against_a_claim_line(changed: dict[str, Any], said: list[str]) -> None:
    from datetime import date

    done = changed.pop("done", date(2026, 11, 2)) if "done" in changed else date(2026, 11, 2)
    settled = changed.pop("settled", 0) if "settled" in changed else 0
    on = None if settled is None else date(2026, 11, 2) + timedelta(days=settled)
    assert faults_of(Costs(done_on=done, settled_on=on, **{**GOOD, **changed})) == said


# --- a hospital is suspended -------------------------------------------------------------------------------------------
def test_an_open_permit_of_a_suspended_hospital_goes_to_another_with_consent(trip: Trip, hospitals: list[Any]) -> None:
    permit, county = permit_of(trip), browser(trip, "xiji_review")
    said = {
        "consent_how": "phone",
        "consent_by": "患者本人",
        "reason": "原医院暂停，患者同意换。",
        "provider": hospitals[1].pk,
    }
    move = reverse("providers:office_permit", args=[permit.number, "move"])
    assert "没有暂停" in county.post(move, said).content.decode()
    why = {"why": "质量检查没有通过。"}
    suspend = reverse("providers:change", args=[hospitals[0].pk, "suspend"])
    assert browser(trip, "xiji_review").post(suspend, why).status_code == 403
    assert browser(trip, "prov_head").post(suspend, why).status_code == 302
    with pytest.raises(Invalid):
        operate(trip, permit)
    listed = county.get(reverse("providers:provider", args=[hospitals[0].pk])).content.decode()
    assert permit.number in listed and "改派" in listed
    assert county.post(move, {**said, "consent_by": ""}).status_code == 422
    assert county.post(move, said).status_code == 302
    moved = permit_of(trip)
    assert moved.provider == hospitals[1] and moved.moves.get().from_provider == hospitals[0]
    assert browser(trip, "eye_hospital").get(reverse("providers:permit", args=[moved.number])).status_code == 404
    assert browser(trip, "eye_hospital2").get(reverse("providers:permit", args=[moved.number])).status_code == 200


def test_the_county_gives_up_the_permit_of_who_died(trip: Trip) -> None:
    actions.give_up_permit(permit=permit_of(trip), reason="患者已经去世。", by=trip.cast["xiji_review"])
    trip.case.refresh_from_db()
    assert (permit_of(trip).state, trip.case.state) == ("refused", "NOT_TREATED")
