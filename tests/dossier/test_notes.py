"""Numbers that make one look twice are told and never refused; each fact says where it comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.apply.said import standing_facts, summary
from cases.calendar import clock
from cases.dossier import actions
from cases.dossier.queries import answers
from cases.people.models import Person
from cases.people.queries import id_key
from cases.people.rules import check_character
from workflows.programmes.rare_disease.people import demo_id
from workflows.walking import drive

BORN = date(1958, 3, 2)
NOT_A_CARD = "6222021234567890123"


def number(area: str, *, day: date = BORN, order: str = "024") -> str:
    first = f"{area}{day:%Y%m%d}{order}"
    return first + check_character(first)


def of(sections: list[Any], label: str) -> Any:
    return next(one for _title, said in sections for one in said if str(one.label) == label)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("patient_id_no", number("642223"), "已撤销的区划"),
        ("patient_id_no", "649901580302024", "15 位旧号码"),
        ("account_no", NOT_A_CARD, "不像银行卡号"),
    ],
)
def test_a_doubtful_number_is_kept_and_said_after_saving_on_its_page_and_at_the_end(
    file_case: Any, browse: Any, key: str, value: str, words: str
) -> None:
    draft = file_case(1, submit=False)
    page = browse("applicant1")
    saved = page.post(f"/draft/{draft.token}/{key}", {"value": value}, follow=True)
    assert words in saved.content.decode()
    assert answers(draft)[key] == value
    for address in (f"/draft/{draft.token}/{key}", f"/draft/{draft.token}/check"):
        assert words in page.get(address).content.decode(), address


def test_a_number_of_another_province_is_not_called_unknown(file_case: Any, browse: Any) -> None:
    draft = file_case(1, submit=False, changes={"patient_id_no": number("610103")})
    assert "现行区划表" not in browse("applicant1").get(f"/draft/{draft.token}/check").content.decode()


def test_an_old_number_is_the_same_person_as_the_new_one_and_stays_as_it_was_typed(file_case: Any) -> None:
    case = file_case(1, changes={"patient_id_no": "649901580302024"})
    assert case.patient_key == id_key(number("649901"))
    assert str(Person.objects.get().id_no) == "649901580302024"
    assert str(case.patient.birth_date) == BORN.isoformat()


def test_the_applicant_is_asked_whether_birth_date_age_and_sex_of_the_number_are_right(
    file_case: Any, browse: Any
) -> None:
    draft = file_case(1, submit=False, changes={"patient_id_no": demo_id(3, born=BORN, sex="F")})
    age = clock.today().year - 1958 - ((clock.today().month, clock.today().day) <= (3, 2))
    shown = browse("applicant1").get(f"/draft/{draft.token}/check").content.decode()
    assert f"1958 年 3 月 2 日生，{age} 岁，女，对吗？" in shown


def test_what_was_worked_out_is_shown_as_such_before_and_after_sending(file_case: Any, cast: Any, browse: Any) -> None:
    draft = file_case(1, submit=False)
    holder = of(summary(draft, today=clock.today()), "户名")
    assert (holder.words, holder.source, holder.href) == ("杨秀兰", "按前面的回答推算", "")
    case = file_case(2, by="applicant2")
    assert {key: row.source for key, row in _rows(case).items() if row.source != "claimed"} == {
        "account_holder": "derived",
        "residence_division": "derived",
    }
    drive.to(case, "COUNTY")
    actions.verify_answer(case=case, key="household_size", value="4", reason="户口簿上是四口人", by=cast["xiji_review"])
    said = standing_facts(case, with_account=True)
    assert of(said, "户名").source == "按前面的回答推算"
    assert of(said, "家里一共几口人").source == "工作人员核实"
    assert of(said, "患者姓名").source == "您填的"
    page = browse("applicant2").get(f"/track/{case.number}").content.decode()
    assert "按前面的回答推算" in page and "工作人员核实" in page
    for key in ("patient_id_no", "account_no", "patient_phone"):
        assert str(answers(case)[key]) not in page, key


def _rows(case: Any) -> Any:
    from cases.dossier.queries import answer_rows

    return answer_rows(case)


def test_a_helper_sees_nothing_of_the_account_on_the_page_of_the_case(file_case: Any, browse: Any) -> None:
    changes = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991"}
    case = file_case(2, by="agent1", changes=changes)
    page = browse("agent1").get(f"/track/{case.number}").content.decode()
    assert "填报的内容" in page
    assert "开户银行" not in page
