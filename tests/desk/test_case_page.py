"""The case page: masked by default, shown for a stored purpose, and the same in every tab, state and language."""

import pytest
from django.urls import reverse

from cases.access.models import Post
from cases.dossier.actions import verify_answer, withdraw
from cases.dossier.queries import answers
from cases.history.models import Access
from workflows.desk.casefile.queries import TABS
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "INTAKE")]


def test_every_tab_opens_at_every_level_in_both_languages(new_case, signed_in):
    case = new_case(1)
    for state in ("INTAKE", "VERIFY", "COUNTY", "PANEL"):
        drive.to(case, state)
        item = drive.open_item(case)
        people = [drive.person_for(item)] if item.kind == "human" else []
        for person in people or [drive.candidates("PRV2", "64")[0]]:
            browser = signed_in(person)
            for number, tab in enumerate(TABS):
                browser.cookies["django_language"] = ("zh-hans", "en")[
                    number % 2 if state == "VERIFY" else 1 - number % 2
                ]
                page = browser.get(reverse("case:tab", args=[case.number, tab]))
                assert page.status_code == 200, (state, tab)
                assert "style=" not in page.content.decode().replace('"style-src', "")


def test_personal_values_are_masked_until_asked_for_and_the_look_is_stored_first(new_case, signed_in):
    case = new_case(1)
    given = answers(case)
    person = drive.person_for(drive.open_item(case))
    browser = signed_in(person)
    page = browser.get(reverse("case:home", args=[case.number])).content.decode()
    for key in ("patient_name", "patient_id_no", "patient_phone", "account_no", "diagnosis_hospital"):
        assert str(given[key]) not in page, key
    looks = Access.objects.filter(case_id=case.pk, actor=person.pk)
    before = looks.count()
    shown = browser.post(reverse("case:show", args=[case.number]), {"part": "patient", "purpose": "call"})
    assert given["patient_id_no"] in shown.content.decode()
    assert given["account_no"] not in shown.content.decode()
    look = looks.latest("id")
    assert looks.count() == before + 1
    assert look.purpose == "电话联系申请人" and look.acting_role == "CTY1"
    assert given["patient_id_no"] not in browser.get(reverse("case:home", args=[case.number])).content.decode()


def test_a_village_worker_never_sees_the_account(new_case, signed_in):
    case = drive.to(new_case(1), "VERIFY")
    browser = signed_in(drive.person_for(drive.open_item(case)))
    answer = browser.post(reverse("case:show", args=[case.number]), {"part": "account", "purpose": "payment"})
    assert answer.status_code == 403
    assert answers(case)["account_no"] not in answer.content.decode()


def test_reading_opinions_is_a_look(new_case, signed_in):
    case = drive.to(new_case(1), "COUNTY")
    person = drive.person_for(drive.open_item(case))
    signed_in(person).get(reverse("case:tab", args=[case.number, "record"]))
    assert Access.objects.filter(case_id=case.pk, actor=person.pk, fields__contains="opinion").exists()


def test_who_may_not_act_is_told_who_may(cast, new_case, signed_in):
    case = new_case(1)
    page = signed_in(cast["xiji_review"]).get(reverse("case:home", args=[case.number])).content.decode()
    assert "可以办的是" in page and "县级受理员" in page
    refused = signed_in(cast["xiji_review"]).post(
        reverse("case:claim", args=[case.number]), {"item": drive.open_item(case).pk}
    )
    assert refused.status_code == 403 and "县级受理员" in refused.content.decode()


def test_the_picture_and_the_list_show_the_live_position(new_case, signed_in):
    case = drive.to(new_case(1), "COUNTY")
    page = signed_in(drive.person_for(drive.open_item(case))).get(reverse("case:tab", args=[case.number, "picture"]))
    stops = {str(stop.title): stop.mark for stop in page.context["stops"]}
    assert stops["县级受理"] == "done" and stops["县级初审"] == "open" and stops["市级复核"] == "todo"
    assert page.content.decode().count("<svg") == 1


def test_a_verified_fact_says_why_and_by_whose_office(cast, new_case, signed_in):
    case = drive.to(new_case(1), "COUNTY")
    verify_answer(case=case, key="household_size", value="4", reason="户口簿上是四口人", by=cast["xiji_review"])
    answer = signed_in(cast["xiji_review"]).get(reverse("case:home", args=[case.number]))
    line = next(line for part in answer.context["parts"] for line in part.lines if line.key == "household_size")
    assert line.office == Post.objects.get(user=cast["xiji_review"]).office.name
    assert line.reason == "户口簿上是四口人"
    assert f"· {line.office}<br>核实理由：户口簿上是四口人" in answer.content.decode()


def test_birth_date_age_and_sex_of_the_number_are_shown_with_the_patient(new_case, signed_in):
    case = new_case(1)
    browser = signed_in(drive.person_for(drive.open_item(case)))
    born = f"{case.patient.birth_date}"
    year = f"{int(born[:4])} 年"
    assert year not in browser.get(reverse("case:home", args=[case.number])).content.decode()
    shown = browser.post(reverse("case:show", args=[case.number]), {"part": "patient", "purpose": "call"})
    assert year in shown.content.decode() and "岁，女" in shown.content.decode()


def test_a_number_that_was_registered_with_another_name_is_flagged_and_not_refused(cast, new_case, signed_in):
    first = new_case(1)
    withdraw(case=first, reason="家里已经筹到钱了", by=cast["applicant1"])
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes={"patient_name": "马演示"})
    browser = signed_in(drive.person_for(drive.open_item(case)))
    address = reverse("case:tab", args=[case.number, "checks"])
    assert "以前登记的是另一个姓名" in browser.get(address).content.decode()
    assert str(case.patient.name) not in browser.get(address).content.decode()
