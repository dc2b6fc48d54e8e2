"""A supplement changes what rests on it: the account, the person, the place, and what else must be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.dossier.models import Case
from cases.dossier.queries import answer_rows, answers
from cases.errors import Invalid, Refusal
from cases.evidence import actions
from cases.history.models import Event
from cases.people.models import Person
from cases.people.queries import current_account, id_key
from tests.evidence import files
from workflows.models import WorkItem
from workflows.programmes.rare_disease.people import demo_account, demo_id
from workflows.walking import drive

OTHER_ID = demo_id(77, born=date(1961, 4, 5), sex="F")
ZHONGNING = "640521100991"


@pytest.fixture
def ask(file_case: Any) -> Any:
    """A case of invented person 1 whose applicant is asked for these answers again."""

    def make(*keys: str, case: Case | None = None, **more: Any) -> Case:
        case = drive.to(case or file_case(1, **more), "INTAKE")
        items = [{"kind": "answer", "key": key, "reason": "S12"} for key in keys]
        drive.step(case, "supplement", data={"items": items}, reasons=[])
        return case

    return make


def give(case: Case, by: Any, **answers: Any) -> Any:
    """Answer each, then send; the notice as it is afterwards."""
    for key, value in answers.items():
        actions.save_supplement_answer(case=case, key=key, value=value, by=by)
    notice = actions.answer_supplement(case=case, by=by)
    case.refresh_from_db()
    return notice


def test_the_money_goes_to_the_account_that_the_supplement_gave(ask: Any, cast: Any) -> None:
    case = ask("account_no", "bank_name")
    old = current_account(case)
    give(case, cast["applicant1"], account_no=demo_account(99), bank_name="演示银行固原支行")
    row = current_account(case)
    assert (str(row.account), row.bank_name, row.confirmed_at) == (demo_account(99), "演示银行固原支行", None)
    old.refresh_from_db()
    assert old.replaced_at is not None
    event = Event.objects.get(action="account.given", object_id=str(row.pk))
    assert demo_account(99) not in event.payload


def test_an_account_that_was_not_asked_for_stays_the_row_that_it_was(ask: Any, cast: Any) -> None:
    case = ask("household_size")
    before = current_account(case).pk
    give(case, cast["applicant1"], household_size="6")
    assert current_account(case).pk == before


def test_another_name_and_number_are_another_person_of_the_case(ask: Any, cast: Any) -> None:
    case = ask("patient_id_no", "patient_name")
    give(case, cast["applicant1"], patient_id_no=OTHER_ID, patient_name="马秀英")
    assert case.patient_key == id_key(OTHER_ID) == case.patient.id_key
    assert (str(case.patient.name), case.masked_name) == ("马秀英", "马*英")
    assert answers(case)["account_holder"] == "马秀英"
    assert str(current_account(case).holder) == "马秀英"


def test_a_corrected_name_corrects_a_person_whom_only_this_case_knows(ask: Any, cast: Any) -> None:
    case = ask("patient_name")
    give(case, cast["applicant1"], patient_name="杨秀岚")
    assert str(Person.objects.get().name) == "杨秀岚"
    assert case.masked_name == "杨*岚"


def test_a_number_that_already_has_an_open_case_is_refused_and_nothing_is_sent(
    ask: Any, file_case: Any, cast: Any
) -> None:
    other = file_case(2, by="applicant2")
    case = ask("patient_id_no")
    with pytest.raises(Refusal) as refused:
        actions.save_supplement_answer(
            case=case, key="patient_id_no", value=answers(other)["patient_id_no"], by=cast["applicant1"]
        )
    assert refused.value.code == "one_open_case"
    assert case.supplements.get().answered_at is None


def test_before_acceptance_the_case_moves_and_its_intake_is_offered_at_the_new_place(ask: Any, cast: Any) -> None:
    case = ask("hukou_division")
    give(case, cast["applicant1"], hukou_division=ZHONGNING)
    assert case.handling_code == ZHONGNING
    item = WorkItem.objects.get(case=case, state="open")
    assert (item.step, item.division_code) == ("intake", ZHONGNING[:6])
    assert answers(case)["residence_division"] == ZHONGNING
    assert Event.objects.filter(action="case.moved", object_id=str(case.pk)).count() == 1


def test_after_acceptance_the_place_stays_and_the_refusal_says_what_to_do(ask: Any, file_case: Any, cast: Any) -> None:
    case = drive.to(file_case(1), "COUNTY")
    drive.step(case, "return", to_step="intake")
    ask("hukou_division", case=case)
    with pytest.raises(Refusal) as refused:
        give(case, cast["applicant1"], hukou_division=ZHONGNING)
    assert refused.value.code == "place_fixed"
    assert refused.value.who_may
    case.refresh_from_db()
    assert (case.state, case.handling_code[:6]) == ("SUPPLEMENT", "640422")
    actions.save_supplement_answer(case=case, key="hukou_division", value="640422100991", by=cast["applicant1"])
    with pytest.raises(Refusal):
        actions.answer_supplement(case=case, by=cast["applicant1"])
    actions.save_supplement_answer(case=case, key="hukou_division", value="640422100992", by=cast["applicant1"])
    assert actions.answer_supplement(case=case, by=cast["applicant1"]).answered_at is not None


def test_a_place_that_does_not_exist_is_refused(ask: Any, cast: Any) -> None:
    case = ask("hukou_division")
    with pytest.raises(Invalid) as refused:
        actions.save_supplement_answer(case=case, key="hukou_division", value="640422999999", by=cast["applicant1"])
    assert "没有这个地方" in str(refused.value)


def test_what_a_changed_answer_newly_asks_for_joins_the_notice_and_must_be_there(ask: Any, cast: Any) -> None:
    by = cast["applicant1"]
    case = ask("hardship_category", changes={"hardship_category": "H99"})
    followed = actions.save_supplement_answer(case=case, key="hardship_category", value="H02", by=by)
    assert {(item.kind, item.key) for item in followed} == {("answer", "hardship_cert_no"), ("material", "D05")}
    with pytest.raises(Invalid) as lacking:
        actions.answer_supplement(case=case, by=by)
    assert set(lacking.value.fields) == {"hardship_cert_no", "D05"}
    with pytest.raises(Refusal) as refused:
        actions.save_supplement_answer(case=case, key="address", value="别处", by=by)
    assert refused.value.code == "not_named"
    actions.add_file(case=case, material_code="D05", upload=files.upload(files.picture()), by=by)
    give(case, by, hardship_cert_no="YS000123")
    assert case.state == "INTAKE"
    assert case.materials.get(code="D05").state == "given"


def test_an_item_that_followed_goes_when_the_answer_is_changed_back(ask: Any, cast: Any) -> None:
    by = cast["applicant1"]
    case = ask("hardship_category", changes={"hardship_category": "H99"})
    actions.save_supplement_answer(case=case, key="hardship_category", value="H02", by=by)
    assert give(case, by, hardship_category="H99").answered_at is not None


def test_what_is_not_asked_any_more_does_not_count(ask: Any, cast: Any) -> None:
    case = ask("insurance_type")
    give(case, cast["applicant1"], insurance_type="INS_NONE")
    assert "insurance_paid" not in answers(case)
    assert case.answers.filter(key="insurance_paid", round=1).exists()


def test_an_answer_that_breaks_another_asks_for_that_one_too(ask: Any, cast: Any) -> None:
    by = cast["applicant1"]
    case = ask("total_cost")
    followed = actions.save_supplement_answer(case=case, key="total_cost", value="9000", by=by)
    assert "insurance_paid" in {item.key for item in followed}


def test_the_office_may_name_an_answer_that_another_makes_needless(ask: Any, cast: Any) -> None:
    case = ask(
        "hardship_category", "hardship_cert_no", changes={"hardship_category": "H02", "hardship_cert_no": "YS01"}
    )
    assert give(case, cast["applicant1"], hardship_category="H99").answered_at is not None


def test_a_holder_who_was_only_derived_is_asked_for_when_the_account_is_somebody_elses(ask: Any, cast: Any) -> None:
    case = ask("account_relation")
    assert answer_rows(case)["account_holder"].source == "derived"
    followed = actions.save_supplement_answer(case=case, key="account_relation", value="SPOUSE", by=cast["applicant1"])
    assert {item.key for item in followed} == {"account_holder", "D42"}
    actions.add_file(case=case, material_code="D42", upload=files.upload(files.picture()), by=cast["applicant1"])
    give(case, cast["applicant1"], account_holder="马演示")
    assert str(current_account(case).holder) == "马演示"


def test_a_helper_does_not_touch_the_account_in_a_supplement(ask: Any, cast: Any) -> None:
    as_agent = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991"}
    case = ask("account_relation", by="agent1", changes=as_agent)
    with pytest.raises(Refusal) as refused:
        actions.save_supplement_answer(case=case, key="account_relation", value="OTHER_KIN", by=cast["agent1"])
    assert refused.value.code == "agent_no_money"


def test_a_child_under_14_without_a_guardians_consent_is_not_sent_on(ask: Any, cast: Any) -> None:
    by = cast["applicant1"]
    case = ask(
        "patient_id_no", changes={"applicant_kind": "guardian", "guardian_name": "马演示", "guardian_id_no": OTHER_ID}
    )
    child = demo_id(5, born=date(2020, 2, 3), sex="M")
    actions.save_supplement_answer(case=case, key="patient_id_no", value=child, by=by)
    for item in case.supplements.get().items.filter(reason=""):
        if item.kind == "material":
            actions.add_file(case=case, material_code=item.key, upload=files.upload(files.picture()), by=by)
    with pytest.raises(Refusal) as refused:
        actions.answer_supplement(case=case, by=by)
    assert refused.value.code == "guardian_needed"


def test_the_page_says_what_followed_and_takes_it(ask: Any, cast: Any, browse: Any) -> None:
    case = ask("hardship_category", changes={"hardship_category": "H99"})
    page = browse("applicant1")
    answer = page.post(f"/draft/{case.token}/hardship_category", {"value": "H02"}, follow=True)
    shown = answer.content.decode()
    assert "您改的内容还要补几样" in shown
    assert "前面的回答改了，这一项也要补。" in shown
    assert page.get(f"/draft/{case.token}/hardship_cert_no").status_code == 200
    assert page.get(f"/draft/{case.token}/materials/D05").status_code == 200
    assert page.get(f"/draft/{case.token}/address").status_code == 404
