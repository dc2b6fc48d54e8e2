"""Papers of a case: given, kept encrypted, shown only to who may see the case, supplied once more when told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from cases.calendar import clock
from cases.dossier.actions import new_draft, save_answer
from cases.dossier.queries import answers
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence import actions, vault
from cases.evidence.models import MaterialFile, VisitFact
from cases.history.models import Access, Event
from tests.evidence import files
from workflows.walking import drive


@pytest.fixture
def draft(cast: Any, open_programme: None) -> Any:
    made = new_draft(programme="rare_disease", by=cast["applicant1"])
    save_answer(case=made, key="applicant_kind", value="self", by=cast["applicant1"])
    return made


def stored() -> int:
    root = Path(default_storage.path(""))
    return sum(1 for path in root.rglob("*") if path.is_file())


def test_a_photo_is_kept_encrypted_under_a_name_that_says_nothing(draft: Any, cast: Any) -> None:
    file = actions.add_file(
        case=draft, material_code="D02", upload=files.upload(files.picture(), "马秀兰身份证.jpg"), by=cast["applicant1"]
    )
    raw = Path(default_storage.path(file.path)).read_bytes()
    assert b"\xff\xd8\xff" not in raw[:40]
    assert file.path.endswith(file.token.hex)
    assert vault.get(file.token, file.path).startswith(b"\xff\xd8\xff")
    other = actions.add_file(
        case=draft, material_code="D02", upload=files.upload(files.picture("PNG")), by=cast["applicant1"]
    )
    with pytest.raises(ValueError, match="does not open"):
        vault.get(other.token, file.path)


def test_the_place_of_a_paper_photo_is_not_kept_but_that_of_a_visit_is(draft: Any, cast: Any) -> None:
    paper = actions.add_file(
        case=draft, material_code="D02", upload=files.upload(files.with_place()), by=cast["applicant1"]
    )
    assert paper.taken_place is None


def test_a_refused_file_leaves_nothing_behind(draft: Any, cast: Any) -> None:
    before = stored()
    with pytest.raises(Invalid) as refused:
        actions.add_file(
            case=draft, material_code="D02", upload=files.upload(b"MZ" + b"\0" * 90, "a.jpg"), by=cast["applicant1"]
        )
    assert "照片" in str(refused.value)
    assert stored() == before
    assert not MaterialFile.objects.exists()
    assert Event.objects.filter(action="file.add", outcome="denied").exists()


def test_the_same_file_again_is_taken_and_noted(draft: Any, cast: Any) -> None:
    for _turn in range(2):
        actions.add_file(case=draft, material_code="D02", upload=files.upload(files.picture()), by=cast["applicant1"])
    notes = [event.payload for event in Event.objects.filter(action="file.added").order_by("pk")]
    assert ['"seen_before":false' in notes[0], '"seen_before":true' in notes[1]] == [True, True]


def test_a_removed_photo_is_gone_from_the_disk(draft: Any, cast: Any) -> None:
    file = actions.add_file(
        case=draft, material_code="D02", upload=files.upload(files.picture()), by=cast["applicant1"]
    )
    actions.remove_file(case=draft, file=file, by=cast["applicant1"])
    assert not default_storage.exists(file.path)


def test_a_paper_that_is_not_on_the_checklist_cannot_be_given(draft: Any, cast: Any) -> None:
    with pytest.raises(NotFound):
        actions.add_file(case=draft, material_code="D99", upload=files.upload(files.picture()), by=cast["applicant1"])


def test_a_file_is_sent_without_power_to_act_and_the_look_is_stored_first(draft: Any, cast: Any, browse: Any) -> None:
    file = actions.add_file(
        case=draft, material_code="D02", upload=files.upload(files.picture()), by=cast["applicant1"]
    )
    paper = actions.add_file(
        case=draft, material_code="D02", upload=files.upload(files.pdf(), "a.pdf"), by=cast["applicant1"]
    )
    answer = browse("applicant1").get(f"/file/{file.token}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert browse("applicant1").get(f"/file/{paper.token}")["Content-Disposition"].startswith("attachment")
    assert Access.objects.filter(object_type="cases_materialfile", object_id=str(file.pk)).exists()
    for who in ("applicant2", "xiji_intake", "sysadmin", "fin_make"):
        assert browse(who).get(f"/file/{file.token}").status_code == 404
    assert browse().get(f"/file/{file.token}").status_code == 302
    assert not Access.objects.exclude(actor=cast["applicant1"].pk).exists()


# --- the supplement -----------------------------------------------------------------------------------------------------
@pytest.fixture
def told(file_case: Any) -> Any:
    case = drive.to(file_case(1), "INTAKE")
    items = [
        {"kind": "material", "key": "D06", "reason": "S06", "note": ""},
        {"kind": "answer", "key": "household_size", "reason": "S01", "note": "和户口簿不一致"},
    ]
    drive.step(case, "supplement", data={"items": items}, reasons=[])
    case.refresh_from_db()
    return case


def test_only_the_named_items_can_be_changed_and_old_values_stay(told: Any, cast: Any) -> None:
    by = cast["applicant1"]
    assert told.state == "SUPPLEMENT"
    with pytest.raises(Refusal) as refused:
        actions.add_file(case=told, material_code="D02", upload=files.upload(files.picture()), by=by)
    assert refused.value.code == "not_named"
    with pytest.raises(Refusal):
        actions.save_supplement_answer(case=told, key="address", value="别处", by=by)
    with pytest.raises(Invalid) as lacking:
        actions.answer_supplement(case=told, by=by)
    assert set(lacking.value.fields) == {"D06", "household_size"}
    actions.add_file(case=told, material_code="D06", upload=files.upload(files.picture("PNG")), by=by)
    actions.save_supplement_answer(case=told, key="household_size", value="5", by=by)
    actions.answer_supplement(case=told, by=by)
    told.refresh_from_db()
    assert told.state == "INTAKE"
    assert answers(told)["household_size"] == 5
    assert [row.value for row in told.answers.filter(key="household_size").order_by("round")] == [3, 5]
    assert actions.answer_supplement(case=told, by=by).number == 1


def test_more_time_is_given_once_and_moves_the_date(told: Any, cast: Any) -> None:
    notice = told.supplements.get()
    longer = actions.extend_supplement(case=told, by=cast["applicant1"])
    assert longer.due_on >= notice.due_on + timedelta(days=13)
    assert drive.open_item(told).due_on == longer.due_on
    with pytest.raises(Refusal) as refused:
        actions.extend_supplement(case=told, by=cast["applicant1"])
    assert refused.value.code == "extended_once"


def test_nobody_is_told_a_third_time(told: Any, cast: Any) -> None:
    by = cast["applicant1"]
    item = [{"kind": "material", "key": "D06", "reason": "S06"}]
    for turn in range(2):
        for notice in told.supplements.filter(answered_at=None):
            for one in notice.items.all():
                if one.kind == "material":
                    actions.add_file(case=told, material_code=one.key, upload=files.upload(files.picture("PNG")), by=by)
                else:
                    actions.save_supplement_answer(case=told, key=one.key, value="5", by=by)
            actions.answer_supplement(case=told, by=by)
        told.refresh_from_db()
        if turn == 0:
            drive.step(told, "supplement", data={"items": item}, reasons=[])
    with pytest.raises(Refusal) as refused:
        drive.step(told, "supplement", data={"items": item}, reasons=[])
    assert refused.value.code == "told_twice"
    assert told.supplements.count() == 2


# --- home visits --------------------------------------------------------------------------------------------------------
def test_a_visit_needs_two_people_a_day_a_photo_and_a_finding_for_each_stated_fact(file_case: Any, cast: Any) -> None:
    case = drive.to(file_case(1), "VERIFY")
    by = cast["xiji_town"]
    whole = drive.visit(case, by)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    wrong = [
        ({"visitors": ["甲某", " 甲某"]}, "visitors"), ({"visitors": ["甲某"]}, "visitors"), ({"visited_on": tomorrow}, "visited_on"),
        ({"visited_on": "2020-01-01"}, "visited_on"), ({"place": " "}, "place"), ({"facts": whole["facts"][1:]}, whole["facts"][0]["key"]),
        ({"facts": [{**fact, "finding": "differs"} for fact in whole["facts"]]}, whole["facts"][0]["key"]), ({"photo": ""}, "photo"),
    ]  # fmt: skip
    for change, field in wrong:
        with pytest.raises(Invalid) as refused:
            actions.record_visit(case=case, step="town_check", by=by, **{**whole, **change})
        assert field in refused.value.fields
    visit = actions.record_visit(
        case=case, step="town_check", by=by, **{**whole, "photo": files.upload(files.with_place())}
    )
    assert visit.photo.taken_place == "36.50000,105.72000"
    assert VisitFact.objects.filter(visit=visit).count() == len(whole["facts"])


def test_the_policy_says_how_many_people_a_visit_needs(file_case: Any, cast: Any, published_with: Any) -> None:
    published_with("rare_disease", "home_visitors", {"count": 3})
    case = drive.to(file_case(1), "VERIFY")
    whole = drive.visit(case, cast["xiji_town"])
    with pytest.raises(Invalid) as refused:
        actions.record_visit(case=case, step="town_check", by=cast["xiji_town"], **whole)
    assert "3 个人" in str(refused.value.fields["visitors"])
    three = {**whole, "visitors": [*whole["visitors"], "演示第三人"]}
    assert actions.record_visit(case=case, step="town_check", by=cast["xiji_town"], **three)
