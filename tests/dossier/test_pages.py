"""The applicant's pages over HTTP, as a phone without any script opens them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from cases.access.models import User
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.evidence.queries import papers
from cases.programme import programme
from tests.evidence import files
from workflows.programmes.rare_disease.people import demo_answers
from workflows.walking import drive


def typed(question: Any, value: Any) -> dict[str, str]:
    """What a person sends for one question."""
    if question.kind == "date":
        year, month, day = value.split("-")
        return {"value_year": year, "value_month": month, "value_day": day}
    if question.kind == "yes_no":
        return {"value": "yes" if value else "no"}
    return {"value": str(value)}


def test_the_doors_are_open_to_everybody(open_programme: None) -> None:
    page = Client()
    home = page.get("/").content.decode()
    assert home.count('class="card"') == 5
    assert 'href="tel:' in home
    fits = page.get("/apply", {"illness": "戈谢", "age": "40", "place": "640422"}).content.decode()
    assert "/apply/rare_disease" in fits
    other = page.get("/apply", {"illness": "感冒", "age": "40", "place": "640422"})
    assert other.status_code == 200
    assert "还可以试试" in other.content.decode()
    guide = page.get("/apply/rare_disease").content.decode()
    for words in ("诊断证明", "3,000", "工作日", "不收钱", "tel:"):
        assert words in guide
    assert page.get("/apply/nothing").status_code == 404


@pytest.mark.parametrize("address", ["/my", "/draft/7b0c1a3e-0000-4000-8000-000000000000", "/apply/rare_disease/start"])
def test_from_the_first_draft_page_on_one_signs_in(address: str, open_programme: None) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert "next=" in answer["Location"]


def test_an_application_is_filled_page_by_page_and_sent(open_programme: None, browse: Any, cast: Any) -> None:
    page = browse("applicant1")
    draft = page.post("/apply/rare_disease/begin")
    home = draft["Location"]
    case = Case.objects.get()
    card, given = programme("rare_disease"), dict(demo_answers(1))
    for section in card.sections:
        for question in section.questions:
            facts = answers(case)
            if question.key in given and (question.when is None or question.when(facts)):
                shown = page.get(f"{home}/{question.key}")
                assert shown.status_code == 200, question.key
                assert str(question.label) in shown.content.decode()
                sent = page.post(f"{home}/{question.key}", typed(question, given[question.key]))
                assert sent.status_code == 302, (question.key, sent.content.decode()[-3000:])
    assert page.get(f"{home}/materials").status_code == 200
    for paper in papers(case, today=clock.today()):
        sent = page.post(f"{home}/materials/{paper.code}", {"file": files.upload(files.picture())})
        assert sent.status_code == 302
    assert "第 1 张" in page.get(f"{home}/materials/D02").content.decode()
    refused = page.post(f"{home}/consents", {"processing": "yes", "economic": "yes"})
    assert refused.status_code == 422
    assert page.post(f"{home}/consents", {"processing": "yes", "economic": "yes", "publicity": "no"}).status_code == 302
    listed = page.get(home).content.decode()
    assert "可以办了" in listed
    checked = page.get(f"{home}/check").content.decode()
    assert str(given["patient_name"]) in checked
    assert page.post(f"{home}/check").status_code == 422
    sent = page.post(f"{home}/check", {"truth": "on"})
    again = page.post(f"{home}/check", {"truth": "on"})
    case.refresh_from_db()
    assert sent["Location"] == again["Location"] == f"/done/{case.number}"
    done = page.get(f"/done/{case.number}").content.decode()
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", done)
    assert code
    assert "最晚到" in done
    assert code[0] not in page.get(f"/done/{case.number}").content.decode()
    stranger = Client()
    opened = stranger.post("/track", {"number": case.number, "code": code[0].lower().replace("-", " ")})
    assert opened.status_code == 302
    assert "通知" in stranger.get(f"/track/{case.number}").content.decode()
    assert stranger.get(f"/draft/{case.token}").status_code == 302


def test_a_wrong_answer_comes_back_with_its_sentence_and_what_was_typed(browse: Any, open_programme: None) -> None:
    page = browse("applicant1")
    home = page.post("/apply/rare_disease/begin")["Location"]
    page.post(f"{home}/applicant_kind", {"value": "self"})
    wrong = page.post(f"{home}/patient_id_no", {"value": "649910197001010010"})
    assert wrong.status_code == 422
    assert "649910197001010010" in wrong.content.decode()
    assert "有几处要改一下" in wrong.content.decode()
    assert page.get(f"{home}/account_holder").status_code == 404
    assert page.get(f"{home}/nothing").status_code == 404


def test_an_illness_is_found_by_a_few_characters_without_any_script(browse: Any, open_programme: None) -> None:
    page = browse("applicant1")
    home = page.post("/apply/rare_disease/begin")["Location"]
    assert "戈谢病" not in page.get(f"{home}/disease_code").content.decode()
    found = page.get(f"{home}/disease_code", {"q": "gexie"}).content.decode()
    assert "戈谢病" in found
    assert 'value="1-31"' in found
    assert "没有找到" in page.get(f"{home}/disease_code", {"q": "感冒感冒"}).content.decode()


def test_a_place_is_chosen_county_town_village_without_any_script(browse: Any, open_programme: None) -> None:
    page = browse("applicant1")
    home = page.post("/apply/rare_disease/begin")["Location"]
    page.post(f"{home}/hukou_in_ningxia", {"value": "yes"})
    assert 'value="640422"' in page.get(f"{home}/hukou_division").content.decode()
    assert 'value="640422100"' in page.get(f"{home}/hukou_division", {"area": "640422"}).content.decode()
    assert 'value="640422100991"' in page.get(f"{home}/hukou_division", {"area": "640422100"}).content.decode()
    for odd in ("<b>", "x" * 300, "64042"):
        assert 'value="640422"' in page.get(f"{home}/hukou_division", {"area": odd}).content.decode()
    assert page.post(f"{home}/hukou_division", {"value": "640422"}).status_code == 422
    assert page.post(f"{home}/hukou_division", {"value": "999999999"}).status_code == 422
    assert page.post(f"{home}/hukou_division", {"value": "640422100991"}).status_code == 302


def test_what_was_typed_survives_a_session_that_had_ended(browse: Any, open_programme: None, cast: Any) -> None:
    page = browse("applicant1")
    home = page.post("/apply/rare_disease/begin")["Location"]
    page.post(f"{home}/applicant_kind", {"value": "self"})
    page.cookies.pop("session")
    sent = page.post(f"{home}/patient_name", {"value": "马秀兰"})
    assert sent.status_code == 302
    assert "马秀兰" not in str(dict(page.session))
    page.force_login(cast["applicant1"], backend="django.contrib.auth.backends.ModelBackend")
    shown = page.get(f"{home}/patient_name").content.decode()
    assert 'value="马秀兰"' in shown
    assert "刚才填的还在" in shown
    assert page.post(f"{home}/patient_name", {"value": "马秀兰"}).status_code == 302


def test_another_persons_pages_are_the_same_404_as_none(file_case: Any, browse: Any) -> None:
    case = file_case(1)
    other = browse("applicant2")
    for address in (f"/draft/{case.token}", f"/draft/{case.token}/check", f"/track/{case.number}/withdraw", f"/done/{case.number}",
                    f"/track/{case.number}"):  # fmt: skip
        unknown = address.replace(str(case.token), "7b0c1a3e-0000-4000-8000-000000000000")
        unknown = unknown.replace(case.number, "640422-2026-999999-0")
        answers_given = [other.get(one) for one in (address, unknown)]
        assert [one.status_code for one in answers_given] == [404, 404], address


def test_tracking_tells_five_steps_and_the_phone_and_a_wrong_guess_tells_nothing(file_case: Any) -> None:
    case = file_case(1)
    tail = str(case.patient.id_no)[-4:]
    page = Client()
    right = page.post("/track", {"number": case.number, "tail": tail}).content.decode()
    assert right.count('<span class="road-name">') == 5
    assert "tel:" in right
    assert case.masked_name not in right
    assert "罕见病" not in right
    wrong = page.post("/track", {"number": case.number, "tail": "0000"})
    unknown = page.post("/track", {"number": "640422-2026-000999-1", "tail": "0000"})

    def plain(answer: Any) -> str:
        text = re.sub(r'value="[^"]*"', "", answer.content.decode())
        return re.sub(r"csrf\S+", "", text)

    assert plain(wrong) == plain(unknown)
    assert wrong.status_code == unknown.status_code == 422


def test_guessing_at_one_number_is_stopped(file_case: Any) -> None:
    case = file_case(1)
    page = Client()
    seen = [page.post("/track", {"number": case.number, "tail": f"{turn:04d}"}).status_code for turn in range(8)]
    assert seen[:5] == [422] * 5
    assert seen[-1] == 429


def test_the_page_says_whose_turn_it_is_and_how_to_supply_what_is_missing(
    file_case: Any, browse: Any, cast: Any
) -> None:
    case = drive.to(file_case(1), "INTAKE")
    page = browse("applicant1")
    assert "不用您做什么" in page.get(f"/track/{case.number}").content.decode()
    items = [
        {"kind": "material", "key": "D06", "reason": "S06"},
        {"kind": "answer", "key": "household_size", "reason": "S01"},
    ]
    drive.step(case, "supplement", data={"items": items}, reasons=[])
    assert "现在要您做" in page.get(f"/track/{case.number}").content.decode()
    fix = page.get(f"/track/{case.number}/fix").content.decode()
    assert "还差 2 样" in fix
    assert "为什么" in fix
    assert page.post(f"/track/{case.number}/fix").status_code == 422
    assert page.post(f"/track/{case.number}/extend").status_code == 302
    assert (
        page.post(f"/draft/{case.token}/materials/D06", {"file": files.upload(files.picture("PNG"))}).status_code == 302
    )
    assert page.get(f"/draft/{case.token}/address").status_code == 404
    assert page.post(f"/draft/{case.token}/household_size", {"value": "6"}).status_code == 302
    assert page.post(f"/track/{case.number}/fix").status_code == 302
    case.refresh_from_db()
    assert case.state == "INTAKE"


def test_no_name_of_the_staff_stands_on_any_page_of_the_applicant(file_case: Any, browse: Any, cast: Any) -> None:
    case = drive.to(file_case(1), "CITY")
    page = browse("applicant1")
    staff = {str(user.name) for user in User.objects.filter(posts__isnull=False)}
    texts = [page.get(address).content.decode() for address in ("/my", f"/track/{case.number}", f"/done/{case.number}")]
    assert case.masked_name in texts[1]
    for text in texts:
        assert not [name for name in staff if name in text]


def test_the_phone_of_the_file_opens_the_case_that_a_helper_sent(file_case: Any, browse: Any, cast: Any) -> None:
    changes = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991",
               "patient_phone": str(cast["applicant3"].phone)}  # fmt: skip
    case = file_case(2, by="agent1", changes=changes)
    assert browse("applicant3").get(f"/track/{case.number}").status_code == 200
    assert browse("applicant4").get(f"/track/{case.number}").status_code == 404


def test_withdrawing_asks_for_a_reason_and_ends_the_case(file_case: Any, browse: Any) -> None:
    case = file_case(1)
    page = browse("applicant1")
    assert page.post(f"/track/{case.number}/withdraw", {"reason": ""}).status_code == 422
    assert page.post(f"/track/{case.number}/withdraw", {"reason": "不需要了"}).status_code == 302
    assert "您已撤回申请" in page.get(f"/track/{case.number}").content.decode()
    assert page.get(f"/track/{case.number}/withdraw").status_code == 404


def test_my_list_asks_the_database_the_same_number_of_times_for_one_case_and_for_many(
    cast: Any, browse: Any, open_programme: None
) -> None:
    from uuid import uuid4

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    now = clock.now()

    def add(number: int) -> None:
        Case.objects.create(
            token=uuid4(), owner=cast["applicant5"], programme="rare_disease", state="INTAKE", submitted_at=now,
            number=f"640422-2026-{number:06d}-0", patient_key=f"{number:064d}", created_at=now, saved_at=now,
        )  # fmt: skip

    page = browse("applicant5")
    add(900001)
    page.get("/my")
    with CaptureQueriesContext(connection) as one:
        page.get("/my")
    for number in range(900002, 900031):
        add(number)
    with CaptureQueriesContext(connection) as many:
        answer = page.get("/my")
    assert answer.content.decode().count("640422-2026-9000") >= 30
    assert len(one) == len(many)
