"""The form on paper: empty for whoever uses no phone, filled to sign, both in large letters; drawings instead of real papers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from cases.dossier.queries import answers
from cases.evidence.rules import sketch
from cases.programme import programme
from tests.laws.test_ui_law import crosses
from workflows.walking import drive

SLUG = "rare_disease"


def test_the_empty_form_has_every_question_paper_and_consent_and_needs_no_sign_in(
    browse: Any, open_programme: None
) -> None:
    page = browse().get(f"/apply/{SLUG}/paper").content.decode()
    for question in programme(SLUG).questions():
        assert str(question.label) in page, question.key
    for words in (
        "申请表（签字）",
        "身份证正反面",
        "同意处理病情和家庭信息",
        "签名：",
        "□ 低保对象",
        "（有这种情况才填）",
    ):
        assert words in page
    assert "print-large" in page
    assert f"/apply/{SLUG}/paper" in browse().get(f"/apply/{SLUG}").content.decode()


def test_a_draft_and_a_sent_case_are_printed_with_what_was_filled_in(file_case: Any, browse: Any) -> None:
    draft = file_case(1, submit=False)
    page = browse("applicant1")
    address = f"/draft/{draft.token}/paper"
    assert address in page.get(f"/draft/{draft.token}/check").content.decode()
    shown = page.get(address).content.decode()
    assert answers(draft)["patient_id_no"] in shown and "草稿，还没有提交" in shown and "print-large" in shown
    case = file_case(2, by="applicant2")
    shown = browse("applicant2").get(f"/draft/{case.token}/paper").content.decode()
    assert case.number in shown and answers(case)["address"] in shown
    assert f"/draft/{case.token}/paper" in browse("applicant2").get(f"/track/{case.number}").content.decode()
    assert browse("xiji_intake").get(f"/draft/{case.token}/paper").status_code == 404


def test_a_helper_prints_no_account_of_a_case_that_was_sent(file_case: Any, browse: Any) -> None:
    changes = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991"}
    case = file_case(2, by="agent1", changes=changes)
    shown = browse("agent1").get(f"/draft/{case.token}/paper").content.decode()
    assert answers(case)["account_no"] not in shown and "开户银行" not in shown
    assert answers(case)["address"] in shown


@pytest.mark.parametrize("code", ["D01", "D02", "D03", "D06", "D08", "D09", "D99"])
def test_every_paper_has_a_drawing_marked_as_an_example_without_emblem(code: str) -> None:
    drawing = Path(finders.find(sketch(code))).read_text("utf-8")
    assert "示例" in drawing
    assert not crosses(drawing)


def test_guide_upload_page_and_supplement_show_the_drawing_of_the_paper(file_case: Any, browse: Any) -> None:
    assert "示例图：身份证正反面" in browse().get(f"/apply/{SLUG}").content.decode()
    draft = file_case(1, submit=False)
    assert "示例图：" in browse("applicant1").get(f"/draft/{draft.token}/materials/D02").content.decode()
    case = drive.to(file_case(2, by="applicant2"), "INTAKE")
    drive.step(case, "supplement", data={"items": [{"kind": "material", "key": "D06", "reason": "S06"}]}, reasons=[])
    assert "示例图：诊断证明" in browse("applicant2").get(f"/track/{case.number}/fix").content.decode()
