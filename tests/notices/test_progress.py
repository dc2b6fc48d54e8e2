"""One message for each step of the applicant's road, in the words of the page; limits come from the policy."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from cases.apply.queries import next_words, standing
from cases.dossier import actions as dossier
from cases.evidence import actions as evidence
from cases.notices.models import Notice
from cases.policy.models import PolicyRow
from cases.states import STATES
from tests.notices.test_road_letters import letter, nothing_secret
from workflows.walking import drive

pytestmark = pytest.mark.django_db
MISSING = [{"kind": "material", "key": "D06", "reason": "S06"}]


def codes(case):
    return list(
        Notice.objects.filter(case=case, channel="page", to_whom="applicant")
        .order_by("pk")
        .values_list("code", flat=True)
    )


def message(case, code):
    return str(Notice.objects.filter(case=case, code=code, channel="sms", to_whom="applicant").latest("pk").body)


def test_one_message_for_each_step_of_the_road_and_none_for_each_office(cast, version):
    drive.fund(slug="rare_disease", yuan="200000", by=cast["fin_make"])
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    assert codes(case) == ["N01"]
    drive.to(case, "VERIFY")
    assert codes(case) == ["N01", "N01"]
    drive.to(case, "PROVINCE")
    assert codes(case) == ["N01", "N01"]
    drive.to(case, "PANEL")
    assert codes(case) == ["N01", "N01", "N07"]
    item = drive.open_item(case)
    text = message(case, "N07")
    shown = standing(case)
    for part in (shown.words, shown.next_words, str(item.due_on.year), "0001-", "000-0000-0000"):
        assert part in text
    assert shown.words in letter(case, "N07")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == "GRANTED"
    assert codes(case) == ["N01", "N01", "N07", "N08", "N07"]
    nothing_secret(case)


def test_a_message_says_what_the_page_says_in_both_languages(cast, version):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    assert standing(case).words in message(case, "N01") and standing(case).next_words in message(case, "N01")
    drive.step(case, "supplement", data={"items": MISSING}, reasons=[])
    assert standing(case).words in message(case, "N02")
    evidence.add_file(case=case, material_code="D06", upload=drive.picture("D06", seed=9), by=cast["applicant1"])
    evidence.answer_supplement(case=case, by=cast["applicant1"])
    dossier.withdraw(case=case, reason="家里已经借到钱，不申请了。", by=cast["applicant1"])
    case.refresh_from_db()
    assert standing(case).words in message(case, "N22")
    for code, state in STATES.items():
        with override("en"):
            assert next_words(code).isascii() and str(state.applicant).isascii(), code


def test_a_withdrawal_gets_a_receipt_and_a_lapse_is_not_called_one(cast, version):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    dossier.withdraw(case=case, reason="家里已经借到钱，不申请了。", by=cast["applicant1"])
    text = letter(case, "N22")
    assert "撤回申请回执" in text and "可以重新申请" in text and "申请复核" not in text
    assert "Receipt: application withdrawn" in letter(case, "N22", "en")
    assert str(STATES["LAPSED"].applicant) != str(STATES["WITHDRAWN"].applicant)
    assert "撤回" not in str(STATES["LAPSED"].applicant) + next_words("LAPSED")


def test_the_supplement_letter_offers_the_extension_of_the_policy_once_in_a_case(cast, version):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    PolicyRow.objects.filter(version=version, section="days", key="supplement_extension")
    drive.step(case, "supplement", data={"items": MISSING}, reasons=[])
    assert "延长 10 个工作日" in letter(case, "N02")
    evidence.extend_supplement(case=case, by=cast["applicant1"])
    evidence.add_file(case=case, material_code="D06", upload=drive.picture("D06", seed=9), by=cast["applicant1"])
    evidence.answer_supplement(case=case, by=cast["applicant1"])
    case.refresh_from_db()
    drive.step(case, "supplement", data={"items": MISSING}, reasons=[])
    assert "延长" not in letter(case, "N02") and "more" not in letter(case, "N02", "en")
    with pytest.raises(evidence.Refusal) as refused:
        evidence.extend_supplement(case=case, by=cast["applicant1"])
    assert refused.value.code == "extended_once"


def test_a_refusal_says_within_how_long_a_review_is_answered(cast, version):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    drive.step(case, "not_accept")
    assert "20 个工作日内答复" in letter(case, "N03")
    assert "answered within 20 working days" in letter(case, "N03", "en")
