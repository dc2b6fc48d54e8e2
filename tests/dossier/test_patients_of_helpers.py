"""Who was helped stays the applicant: letters, consents and account are the patient's, tracking and papers the helper's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.consent import actions as consent
from cases.consent.queries import agreed
from cases.errors import Refusal
from cases.notices import given
from cases.notices.models import Notice
from cases.notices.queries import my_letters
from cases.outgoing import actions as outgoing
from workflows.walking import drive

HELPED = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991"}
PATIENT, HELPER = "19900000002", "19900000101"


@pytest.fixture
def helped(file_case: Any, cast: Any) -> Any:
    """Filed by the village worker; the phone in the file is the second applicant's."""
    return file_case(2, by="agent1", changes=HELPED)


@pytest.fixture
def phone_network(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    carried: list[tuple[str, str]] = []
    monkeypatch.setattr(given, "_carriers", [lambda phone, text, key: carried.append((phone, text))])
    return carried


def test_the_message_goes_to_the_phone_in_the_file_and_to_the_helper(helped: Any, phone_network: Any) -> None:
    for pk in outgoing.due():
        outgoing.run(pk)
    assert sorted(phone for phone, _text in phone_network) == [PATIENT, HELPER]


def test_the_patient_reads_every_letter_that_is_listed_and_the_helper_his_own_copies(helped: Any, browse: Any) -> None:
    drive.step(helped, "accept")
    for who, as_helper in (("applicant2", False), ("agent1", True)):
        page = browse(who)
        listed = page.get(f"/track/{helped.number}").content.decode()
        letters = my_letters(helped, as_helper=as_helper)
        assert len(letters) == 2
        for letter in letters:
            address = reverse("notices:letter", args=[letter.token])
            assert address in listed
            assert page.get(address).status_code == 200
            assert page.get(reverse("notices:letter_pdf", args=[letter.token])).status_code == 200
    patients = my_letters(helped, as_helper=False)[0]
    assert browse("agent1").get(reverse("notices:letter", args=[patients.token])).status_code == 404
    assert browse("applicant3").get(reverse("notices:letter", args=[patients.token])).status_code == 404


def test_the_patient_withdraws_a_consent_and_the_helper_may_not(helped: Any, cast: Any, browse: Any) -> None:
    with pytest.raises(Refusal) as refused:
        consent.withdraw(case=helped, kind="publicity", by=cast["agent1"])
    assert refused.value.code == "not_owner"
    address = reverse("consent:withdraw", args=[helped.token, "publicity"])
    assert address not in browse("agent1").get(reverse("consent:mine", args=[helped.token])).content.decode()
    assert browse("agent1").post(address).status_code == 403
    assert agreed(helped, "publicity")
    assert address in browse("applicant2").get(reverse("consent:mine", args=[helped.token])).content.decode()
    assert browse("applicant2").post(address).status_code == 302
    assert not agreed(helped, "publicity")


def test_a_phone_that_is_not_proven_opens_nothing(helped: Any, cast: Any, browse: Any) -> None:
    cast["applicant2"].phone_verified = False
    cast["applicant2"].save()
    letter = my_letters(helped, as_helper=False)[0]
    assert browse("applicant2").get(reverse("notices:letter", args=[letter.token])).status_code == 404
    assert browse("applicant2").get(f"/track/{helped.number}").status_code == 404


def test_a_patient_whose_file_has_the_helpers_phone_gets_paper_with_the_code(file_case: Any, browse: Any) -> None:
    case = file_case(2, by="agent1", changes={**HELPED, "patient_phone": HELPER})
    receipt = Notice.objects.filter(case=case, to_whom="applicant")
    assert set(receipt.values_list("channel", flat=True)) == {"page", "print"}
    page = browse("xiji_intake").get(reverse("notices:letter", args=[receipt.get(channel="page").token]))
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page.content.decode())
    assert "没有手机号" not in browse("agent1").get(f"/done/{case.number}").content.decode()


def test_the_page_after_sending_says_where_the_message_went(helped: Any, browse: Any) -> None:
    done = browse("agent1").get(f"/done/{helped.number}").content.decode()
    assert "199****0002" in done and "199****0101" in done
    assert PATIENT not in done and HELPER not in done


# --- the receipt --------------------------------------------------------------------------------------------------------
def code_on(page: str) -> str:
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert found
    return found[0]


def test_the_receipt_carries_code_and_picture_and_the_office_does_not_see_the_code(helped: Any, browse: Any) -> None:
    mine, helpers = (my_letters(helped, as_helper=as_helper)[0] for as_helper in (False, True))
    page = browse("applicant2").get(reverse("notices:letter", args=[mine.token])).content.decode()
    code = code_on(page)
    assert 'class="qr"' in page
    assert code == code_on(browse("agent1").get(reverse("notices:letter", args=[helpers.token])).content.decode())
    seen = browse("xiji_intake").get(reverse("notices:letter", args=[mine.token])).content.decode()
    assert code not in seen
    row = Notice.objects.filter(pk=mine.pk).values_list("title", "number").get()
    assert code not in str(row)


def test_the_code_of_the_paper_opens_the_letters_without_a_phone(helped: Any, browse: Any) -> None:
    letter = my_letters(helped, as_helper=False)[0]
    address = reverse("notices:letter", args=[letter.token])
    code = code_on(browse("applicant2").get(address).content.decode())
    stranger = Client()
    assert stranger.get(address).status_code == 302
    assert stranger.post("/track", {"number": helped.number, "code": code}).status_code == 302
    assert stranger.get(address).status_code == 200
    helpers = my_letters(helped, as_helper=True)[0]
    assert stranger.get(reverse("notices:letter", args=[helpers.token])).status_code == 302


def test_the_link_of_a_message_leads_to_signing_in_by_phone_and_back(helped: Any) -> None:
    letter = my_letters(helped, as_helper=False)[0]
    for name, args in (("notices:letter", [letter.token]), ("consent:mine", [helped.token])):
        sent = Client().get(reverse(name, args=args))
        assert sent.status_code == 302
        assert sent["Location"].startswith(reverse("account_request_login_code"))
        assert str(args[0]) in sent["Location"]


# --- helping somebody ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "kind"), [("agent1", "agent"), ("applicant3", "guardian")])
def test_helping_somebody_is_remembered_from_the_first_page_to_the_draft(
    browse: Any, open_programme: None, who: str, kind: str
) -> None:
    from cases.dossier.models import Case
    from cases.dossier.queries import answers

    page = browse(who)
    assert "/apply?for=others" in page.get("/").content.decode()
    asked = page.get("/apply", {"for": "others", "illness": "戈谢病", "age": "40", "place": "640422"}).content.decode()
    assert "/apply/rare_disease?for=others" in asked
    assert "/apply/rare_disease/start?for=others" in page.get("/apply/rare_disease?for=others").content.decode()
    begun = page.get("/apply/rare_disease/start?for=others").content.decode()
    assert 'name="for" value="others"' in begun
    page.post("/apply/rare_disease/begin", {"for": "others"})
    assert answers(Case.objects.get(state="DRAFT"))["applicant_kind"] == kind


def test_a_failed_account_is_nothing_a_village_worker_must_do(file_case: Any, browse: Any) -> None:
    from cases.dossier.models import Case

    failed, told = (file_case(number, by="agent1", changes=HELPED) for number in (2, 3))
    drive.step(told, "supplement", data={"items": [{"kind": "material", "key": "D06", "reason": "S06"}]}, reasons=[])
    Case.objects.filter(pk=failed.pk).update(state="FAILED")
    page = browse("agent1").get("/my").content.decode()
    assert page.count("要您办") == 1
    assert page.index(told.number) < page.index(failed.number)
    shown = browse("agent1").get(f"/track/{failed.number}").content.decode()
    assert f"/track/{failed.number}/account" not in shown
    assert f"/track/{failed.number}/account" in browse("applicant2").get(f"/track/{failed.number}").content.decode()
