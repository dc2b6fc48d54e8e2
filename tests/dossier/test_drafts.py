"""A draft is one a person and programme, is kept as long as the policy says, and is found again by the phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.apply.queries import day_words
from cases.calendar import clock
from cases.dossier import actions
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Refusal
from cases.evidence.actions import add_file
from cases.evidence.models import MaterialFile
from cases.history.models import Event
from tests.access.test_sign_in import by_phone
from tests.evidence import files
from workflows.engine import clockwork
from workflows.programmes.rare_disease.people import demo_answers
from workflows.walking import drive

SLUG = "rare_disease"


def begun(by: Any) -> Case:
    draft = actions.new_draft(programme=SLUG, by=by)
    actions.save_answer(case=draft, key="applicant_kind", value="self", by=by)
    return draft


def later(cast: Any, days: int) -> None:
    clock.move_demo_clock(days=days, by=cast["prov_head"])
    clockwork.one_pass()


# --- one a person -------------------------------------------------------------------------------------------------------
def test_a_strangers_draft_and_a_strangers_case_are_refused_in_the_same_words(file_case: Any, cast: Any) -> None:
    drafted, sent = file_case(1, submit=False), file_case(2, by="applicant2")
    mine, said = begun(cast["applicant3"]), []
    for other in (drafted, sent):
        with pytest.raises(Refusal) as refused:
            actions.save_answer(
                case=mine, key="patient_id_no", value=answers(other)["patient_id_no"], by=cast["applicant3"]
            )
        said.append((refused.value.code, str(refused.value), refused.value.status))
    assert said[0] == said[1]
    assert said[0][0] == "one_open_case"
    assert "打电话" in said[0][1]
    assert not mine.answers.filter(key="patient_id_no").exists()


def test_an_account_does_not_try_numbers_to_find_out_who_applies(file_case: Any, cast: Any) -> None:
    taken, mine = answers(file_case(1, submit=False))["patient_id_no"], begun(cast["applicant3"])
    codes = []
    for value in [taken] * 6 + [demo_answers(9)["patient_id_no"]]:
        with pytest.raises(Refusal) as refused:
            actions.save_answer(case=mine, key="patient_id_no", value=value, by=cast["applicant3"])
        codes.append(refused.value.code)
    assert codes == ["one_open_case"] * 5 + ["too_many"] * 2
    clock.move_demo_clock(to=clock.now() + timedelta(minutes=16), by=cast["prov_head"])
    assert actions.save_answer(
        case=mine, key="patient_id_no", value=demo_answers(9)["patient_id_no"], by=cast["applicant3"]
    )


def test_the_page_shows_the_refusal_at_its_question_and_keeps_what_was_typed(
    file_case: Any, cast: Any, browse: Any
) -> None:
    taken, mine = answers(file_case(1, submit=False))["patient_id_no"], begun(cast["applicant3"])
    answer = browse("applicant3").post(f"/draft/{mine.token}/patient_id_no", {"value": taken})
    assert answer.status_code == 422
    assert "已经有一件申请" in answer.content.decode()
    assert taken in answer.content.decode()


# --- kept so long -------------------------------------------------------------------------------------------------------
def test_the_clock_empties_a_draft_that_nobody_went_on_with_and_nothing_else(cast: Any, published_with: Any) -> None:
    published_with(SLUG, "draft_kept", {"days": 10})
    sent = drive.apply(slug=SLUG, number=2, by=cast["applicant2"])
    draft = begun(cast["applicant1"])
    file = add_file(case=draft, material_code="D02", upload=files.upload(files.picture()), by=cast["applicant1"])
    later(cast, 10)
    draft.refresh_from_db()
    assert draft.discarded_at is None
    later(cast, 1)
    draft.refresh_from_db()
    assert draft.discarded_at is not None
    assert not draft.answers.exists()
    assert MaterialFile.objects.get(pk=file.pk).removed_at is not None
    clockwork.one_pass()
    assert Event.objects.filter(action="case.lapsed", object_id=str(draft.pk)).count() == 1
    sent.refresh_from_db()
    assert sent.number and sent.discarded_at is None
    assert actions.new_draft(programme=SLUG, by=cast["applicant1"]).pk != draft.pk


@pytest.mark.parametrize("save", ["answer", "paper"])
def test_each_save_keeps_the_draft_anew(cast: Any, published_with: Any, save: str) -> None:
    published_with(SLUG, "draft_kept", {"days": 10})
    by = cast["applicant1"]
    draft = begun(by)
    later(cast, 9)
    if save == "answer":
        actions.save_answer(case=draft, key="patient_name", value="杨秀兰", by=by)
    else:
        add_file(case=draft, material_code="D02", upload=files.upload(files.picture()), by=by)
    later(cast, 9)
    draft.refresh_from_db()
    assert draft.discarded_at is None


def test_pages_say_how_long_a_draft_is_kept_by_the_policy_in_force(cast: Any, browse: Any, published_with: Any) -> None:
    published_with(SLUG, "draft_kept", {"days": 12})
    page = browse("applicant1")
    assert "12 天内接着填" in page.get(f"/apply/{SLUG}/start").content.decode()
    draft = begun(cast["applicant1"])
    until = day_words(clock.today() + timedelta(days=12))
    for address in ("/my", f"/draft/{draft.token}"):
        shown = page.get(address).content.decode()
        assert "草稿保留到" in shown and until in shown, address


def test_the_emptied_draft_frees_the_person_for_another_account(cast: Any, file_case: Any) -> None:
    file_case(1, submit=False)
    later(cast, 31)
    assert drive.apply(slug=SLUG, number=1, by=cast["applicant2"]).number


# --- found again --------------------------------------------------------------------------------------------------------
def test_signing_in_with_the_phone_on_another_device_finds_the_draft_where_it_was_left(
    cast: Any, open_programme: None
) -> None:
    first = by_phone("19900000001")
    home = first.post(f"/apply/{SLUG}/begin").url
    first.post(f"{home}/applicant_kind", {"value": "self"})
    first.post(f"{home}/patient_name", {"value": "杨秀兰"})
    second = by_phone("19900000001")
    assert home in second.get("/my").content.decode()
    assert "杨秀兰" in second.get(f"{home}/patient_name").content.decode()
    assert second.post(f"/apply/{SLUG}/begin").url == home
    assert by_phone("19900000002").get(home).status_code == 404
