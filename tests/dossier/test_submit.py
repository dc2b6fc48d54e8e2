"""Sending a draft: one number, one case, nothing half-stored."""

from __future__ import annotations

from typing import Any

import pytest

from cases.dossier import actions
from cases.dossier.models import Answer, Case, CaseCounter
from cases.dossier.queries import answers
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.people.models import PayeeAccount, Person
from cases.states import STATES
from workflows.walking import drive


def test_a_whole_draft_becomes_a_numbered_case_that_waits_for_the_county(file_case: Any) -> None:
    case = file_case(1)
    case.refresh_from_db()
    assert case.number.startswith("640422-")
    assert case.number.split("-")[2] == "000001"
    assert STATES[case.state].road == 2
    assert case.masked_name == "杨*兰"
    assert PayeeAccount.objects.get(case=case).tail == answers(case)["account_no"][-4:]
    assert Event.objects.filter(action="case.submitted", object_id=str(case.pk)).exists()


def test_sending_twice_gives_the_same_case_and_one_number(file_case: Any, cast: Any) -> None:
    case = file_case(1)
    again = actions.submit(case=case, truth=True, by=cast["applicant1"])
    assert again.number == case.number
    assert CaseCounter.objects.get().last == 1


def test_numbers_of_a_county_run_without_a_gap_though_a_try_was_refused(file_case: Any, cast: Any) -> None:
    first = file_case(1)
    unfinished = file_case(3, by="applicant2", submit=False)
    with pytest.raises(Invalid):
        actions.submit(case=unfinished, truth=True, by=cast["applicant2"])
    second = file_case(5, by="applicant3")
    assert [case.number.split("-")[2] for case in (first, second)] == ["000001", "000002"]


def test_the_same_person_cannot_have_two_open_cases_of_one_programme(file_case: Any, cast: Any) -> None:
    file_case(1)
    with pytest.raises(Refusal) as refused:
        file_case(1, by="applicant2")
    assert refused.value.code == "one_open_case"
    assert "已经有一件" in str(refused.value)
    assert Case.objects.filter(number__isnull=False).count() == 1
    assert CaseCounter.objects.get().last == 1


def test_two_drafts_for_the_same_person_are_one(file_case: Any, cast: Any) -> None:
    file_case(1, submit=False)
    second = actions.new_draft(programme="rare_disease", by=cast["applicant1"])
    actions.save_answer(case=second, key="applicant_kind", value="self", by=cast["applicant1"])
    with pytest.raises(Invalid) as refused:
        actions.save_answer(
            case=second, key="patient_id_no", value=answers(Case.objects.exclude(pk=second.pk).get())["patient_id_no"],
            by=cast["applicant1"],
        )  # fmt: skip
    assert "没写完" in str(refused.value)


def test_a_new_draft_without_a_patient_is_taken_up_again(cast: Any, open_programme: None) -> None:
    one = actions.new_draft(programme="rare_disease", by=cast["applicant1"])
    assert actions.new_draft(programme="rare_disease", by=cast["applicant1"]).pk == one.pk


def test_without_papers_consents_and_truth_each_lack_has_its_sentence(file_case: Any, cast: Any) -> None:
    draft = file_case(1, submit=False)
    Answer.objects.filter(case=draft, key="truth").delete()
    with pytest.raises(Invalid) as refused:
        actions.submit(case=draft, by=cast["applicant1"])
    assert {"D02", "D06", "processing", "economic", "publicity", "truth"} <= set(refused.value.fields)
    assert all(
        str(sentence).endswith("。") or "还没有交" in str(sentence) for sentence in refused.value.fields.values()
    )
    draft.refresh_from_db()
    assert draft.state == "DRAFT"
    assert draft.number is None
    assert not Person.objects.exists()


def test_refusing_the_public_notice_is_no_reason_to_refuse_the_application(file_case: Any) -> None:
    assert file_case(1, consents={"publicity": False, "processing": True, "economic": True}).number


def test_nobody_else_can_touch_my_draft(file_case: Any, cast: Any) -> None:
    draft = file_case(1, submit=False)
    for by in ("applicant2", "xiji_intake", "agent1"):
        with pytest.raises(NotFound):
            actions.save_answer(case=draft, key="address", value="别处", by=cast[by])
        with pytest.raises(NotFound):
            actions.submit(case=draft, truth=True, by=cast[by])


def test_after_sending_no_answer_can_be_changed(file_case: Any, cast: Any) -> None:
    case = file_case(1)
    with pytest.raises(Refusal) as refused:
        actions.save_answer(case=case, key="address", value="别处", by=cast["applicant1"])
    assert refused.value.status == 409


def test_a_thrown_away_draft_is_empty_and_a_new_one_begins(file_case: Any, cast: Any) -> None:
    draft = file_case(1, submit=False)
    actions.discard_draft(case=draft, by=cast["applicant1"])
    assert not draft.answers.exists()
    assert actions.new_draft(programme="rare_disease", by=cast["applicant1"]).pk != draft.pk


def test_the_handling_place_comes_from_the_register_or_the_chosen_residence_never_from_the_id(file_case: Any) -> None:
    assert file_case(1).handling_code == "640422100992"
    moved = {
        "lives_at_hukou": False, "residence_division": "640521100991", "handle_at": "residence",
    }  # fmt: skip
    case = file_case(2, by="applicant2", changes=moved)
    assert case.handling_code == "640521100991"
    assert case.number.startswith("640521-")


def test_the_applicant_withdraws_with_a_reason_that_is_kept(file_case: Any, cast: Any) -> None:
    case = file_case(1)
    with pytest.raises(Invalid):
        actions.withdraw(case=case, reason=" ", by=cast["applicant1"])
    actions.withdraw(case=case, reason="已经得到别的救助", by=cast["applicant1"])
    case.refresh_from_db()
    assert case.state == "WITHDRAWN"
    assert answers(case)["withdraw_reason"] == "已经得到别的救助"
    assert file_case(1).number.split("-")[2] == "000002"


def test_what_the_office_found_counts_and_the_claim_stays(file_case: Any, cast: Any) -> None:
    case = drive.to(file_case(1), "COUNTY")
    actions.verify_answer(case=case, key="household_size", value="4", reason="户口簿上是四口人", by=cast["xiji_review"])
    assert answers(case)["household_size"] == 4
    assert case.answers.get(key="household_size", source="claimed").value == 3
    with pytest.raises(Invalid):
        actions.verify_answer(case=case, key="household_size", value="5", reason="", by=cast["xiji_review"])
