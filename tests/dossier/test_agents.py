"""A village worker (代办人) files for people of the own village, says kinship, and never gets the money."""

from __future__ import annotations

from typing import Any

import pytest

from cases.calendar import clock
from cases.dossier import actions
from cases.errors import Invalid, Refusal
from cases.evidence.queries import papers
from workflows.walking import drive

AS_AGENT = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991"}


def test_an_agent_files_with_a_power_of_attorney_and_the_kinship_is_kept(file_case: Any, cast: Any) -> None:
    draft = file_case(2, by="agent1", changes={**AS_AGENT, "agent_relative": True}, submit=False)
    assert "D11" in {paper.code for paper in papers(draft, today=clock.today())}
    case = file_case(4, by="agent1", changes={**AS_AGENT, "agent_relative": True})
    case.refresh_from_db()
    assert case.agent_id == cast["agent1"].pk
    assert case.agent_is_relative


def test_an_agent_does_not_file_for_another_village(file_case: Any, cast: Any) -> None:
    with pytest.raises(Refusal) as refused:
        file_case(1, by="agent1", changes={**AS_AGENT, "hukou_division": "640521100991"})
    assert refused.value.code == "other_village"
    assert str(refused.value.who_may)


def test_only_a_registered_agent_may_say_that_he_is_one(cast: Any, open_programme: None) -> None:
    draft = actions.new_draft(programme="rare_disease", by=cast["applicant1"])
    with pytest.raises(Invalid):
        actions.save_answer(case=draft, key="applicant_kind", value="agent", by=cast["applicant1"])


def test_an_agent_is_never_the_receiver_of_the_money(file_case: Any, cast: Any) -> None:
    draft = file_case(2, by="agent1", changes=AS_AGENT, submit=False)
    actions.save_answer(case=draft, key="account_relation", value="OTHER_KIN", by=cast["agent1"])
    with pytest.raises(Invalid) as refused:
        actions.save_answer(case=draft, key="account_holder", value=f" {cast['agent1'].name} ", by=cast["agent1"])
    assert "代办人不能收" in str(refused.value)


def test_an_agent_sees_no_bank_paper_once_the_case_is_sent(file_case: Any, cast: Any, browse: Any) -> None:
    case = file_case(2, by="agent1", changes=AS_AGENT)
    page = browse("agent1")
    bank = case.files.get(material__code="D09")
    other = case.files.filter(material__code="D02").first()
    assert page.get(f"/file/{bank.token}").status_code == 404
    assert page.get(f"/file/{other.token}").status_code == 200
    shown = page.get(f"/track/{case.number}").content.decode()
    assert str(case.accounts.get().account) not in shown


def test_an_agent_sees_who_must_do_something_first(file_case: Any, cast: Any, browse: Any) -> None:
    waiting = drive.to(file_case(2, by="agent1", changes=AS_AGENT), "INTAKE")
    told = drive.to(file_case(3, by="agent1", changes=AS_AGENT), "INTAKE")
    drive.step(told, "supplement", data={"items": [{"kind": "material", "key": "D06", "reason": "S06"}]}, reasons=[])
    page = browse("agent1").get("/my").content.decode()
    assert page.index(told.number) < page.index(waiting.number)
