"""Who sees which case, and who gets a step: one predicate for all."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from cases.access.looks import visits, who_looked
from cases.access.models import Post
from cases.access.placing import candidates, place
from cases.access.queries import acting_post, get_case, posts_of, require, visible_cases, who_may
from cases.access.rules import Placement, covers, readable_states
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import NotFound, Refusal
from cases.history.record import record_access
from cases.states import STATE_CODES
from tests.cast import Cast

XIJI_VILLAGE = "640422100991"
_serial = iter(range(1, 10_000))


def make_case(cast: Cast, code: str, state: str = "COUNTY", owner: str = "applicant1", **more: Any) -> Case:
    now = clock.now()
    number = None if state == "DRAFT" else f"{code[:6]}-2026-{next(_serial):06d}-0"
    return Case.objects.create(
        token=uuid.uuid4(), number=number, programme="rare_disease", state=state, handling_code=code,
        owner=cast[owner], created_at=now, saved_at=now, submitted_at=None if state == "DRAFT" else now, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("area", "code", "reaches"),
    [
        ("64", "640422100991", True),
        ("6404", "640422", True),
        ("640422", "640422100991", True),
        ("640422100", "640422100991", True),
        ("640422", "640423", False),
        ("640422100991", "640422", False),
        ("", "640422", False),
        ("640422", "", False),
        ("64042", "640422", False),
    ],
)
def test_a_post_reaches_what_lies_in_its_area_and_nothing_else(area: str, code: str, reaches: bool) -> None:
    assert covers(area, code) is reaches


@pytest.mark.parametrize(
    "reader", ["xiji_village", "xiji_town", "xiji_intake", "guyuan_city", "prov_review", "inspector"]
)
def test_every_level_above_a_village_sees_its_case(cast: Cast, reader: str) -> None:
    case = make_case(cast, XIJI_VILLAGE)
    assert get_case(cast[reader], case.number) == case


@pytest.mark.parametrize("reader", ["zhongning_clerk", "zhongwei_city", "zhongning_village", "applicant2", "agent1"])
def test_a_case_of_another_area_does_not_exist(cast: Cast, reader: str) -> None:
    case = make_case(cast, XIJI_VILLAGE)
    with pytest.raises(NotFound) as missing:
        get_case(cast[reader], case.number)
    with pytest.raises(NotFound) as never:
        get_case(cast[reader], "640422-2026-999999-0")
    assert str(missing.value) == str(never.value)


@pytest.mark.parametrize("reader", ["sysadmin", "secadmin", "auditadmin", "policy_edit", "policy_publish", "expert1"])
def test_administrators_of_the_system_see_no_case(cast: Cast, reader: str) -> None:
    for state in STATE_CODES:
        make_case(cast, XIJI_VILLAGE, state)
    assert not visible_cases(cast[reader]).exists()


def test_nobody_in_an_office_reads_a_draft(cast: Cast) -> None:
    draft = make_case(cast, XIJI_VILLAGE, "DRAFT")
    for reader, user in cast.items():
        assert visible_cases(user).filter(pk=draft.pk).exists() is (reader == "applicant1"), reader


def test_the_helper_sees_the_draft_he_files_for_another(cast: Cast) -> None:
    draft = make_case(cast, XIJI_VILLAGE, "DRAFT", agent=cast["xiji_village"])
    assert draft in visible_cases(cast["xiji_village"])
    assert draft not in visible_cases(cast["xiji_village2"])


@pytest.mark.parametrize(
    ("reader", "state", "sees"),
    [
        ("panel1", "PROVINCE", False), ("panel1", "PANEL", True),
        ("publicity", "PANEL", False), ("publicity", "PUBLICITY", True),
        ("fin_make", "PUBLICITY", False), ("fin_make", "PAYABLE", True), ("fin_release", "RETURNED", True),
    ],
)  # fmt: skip
def test_who_works_late_on_the_road_sees_a_case_when_it_gets_there(
    cast: Cast, reader: str, state: str, sees: bool
) -> None:
    case = make_case(cast, XIJI_VILLAGE, state)
    assert visible_cases(cast[reader]).filter(pk=case.pk).exists() is sees


def test_the_list_agrees_with_the_pure_predicate_for_everybody(cast: Cast) -> None:
    made = [
        make_case(cast, code, state, owner="applicant2", patient_key=f"{code} {state}")
        for code in ("640422", XIJI_VILLAGE, "640521100", "640521100991")
        for state in ("DRAFT", "COUNTY", "PANEL", "PAYABLE")
    ]
    for reader, user in cast.items():
        if reader == "applicant2":
            continue
        expected = {
            case.pk
            for case in made
            for post in posts_of(user)
            if covers(post.office.division_code, case.handling_code) and case.state in readable_states(post.role.rights)
        }
        assert set(visible_cases(user).values_list("pk", flat=True)) == expected, reader


def test_a_list_needs_two_queries_for_any_number_of_rows(cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        make_case(cast, XIJI_VILLAGE)
    with django_assert_num_queries(2):
        assert len(visible_cases(cast["xiji_intake"])) == 5


def test_rights_end_the_day_after_the_post_does(cast: Cast) -> None:
    case = make_case(cast, XIJI_VILLAGE)
    today = clock.today()
    Post.objects.filter(user=cast["xiji_intake"]).update(ends_on=today)
    assert get_case(cast["xiji_intake"], case.number) == case
    Post.objects.filter(user=cast["xiji_intake"]).update(ends_on=today - timedelta(days=1))
    assert posts_of(cast["xiji_intake"]) == []
    assert not visible_cases(cast["xiji_intake"]).exists()


def test_a_post_that_begins_tomorrow_gives_nothing_today(cast: Cast) -> None:
    Post.objects.filter(user=cast["xiji_intake"]).update(starts_on=clock.today() + timedelta(days=1))
    assert posts_of(cast["xiji_intake"]) == []


def test_a_closed_account_sees_nothing_not_even_its_own(cast: Cast) -> None:
    make_case(cast, XIJI_VILLAGE)
    owner = cast["applicant1"]
    owner.is_active = False
    owner.save()
    assert not visible_cases(owner).exists()
    assert not visible_cases(AnonymousUser()).exists()
    assert posts_of(AnonymousUser()) == []


def test_inside_the_area_a_missing_right_is_refused_and_says_who_may(cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        require(cast["xiji_intake"], "CTY2", XIJI_VILLAGE)
    assert refused.value.status == 403
    assert refused.value.who_may == "西吉县救助办公室（演示） 县级初审员"


def test_a_county_clerk_asking_for_a_right_of_the_province_is_told_who_may(cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        require(cast["xiji_intake"], "money.release", "64")
    assert refused.value.status == 403
    assert "授权人" in str(refused.value.who_may)


def test_outside_the_area_a_missing_right_looks_like_nothing_there(cast: Cast) -> None:
    for stranger in ("zhongning_clerk", "applicant1"):
        with pytest.raises(NotFound):
            require(cast[stranger], "CTY2", XIJI_VILLAGE)


def test_require_answers_the_post_one_acts_in(cast: Cast) -> None:
    post = require(cast["zhongning_clerk"], "CTY2", "640521")
    assert (post.role_id, post.office.division_code) == ("CTY2", "640521")
    assert require(cast["xiji_town"], "case.read", XIJI_VILLAGE).office.kind == "town"


def test_who_may_never_names_a_person(cast: Cast) -> None:
    sentence = (
        who_may("VIL", XIJI_VILLAGE) + who_may("case.read", XIJI_VILLAGE) + who_may("publicity.publish", "640422")
    )
    assert all(user.name not in sentence for user in cast.values())


def test_who_may_is_said_in_english_too(cast: Cast) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert who_may("MUN", "640422") == "Guyuan City Relief Office (demo) City reviewer"


def test_who_may_falls_back_to_the_place_when_nobody_holds_the_role(cast: Cast) -> None:
    gone = clock.today() - timedelta(days=1)
    Post.objects.filter(role_id="CTY2", office__division_code="640422").update(ends_on=gone)
    assert who_may("CTY2", "640422") == "西吉县 县级初审员"


def test_a_step_goes_to_the_offices_own_people(cast: Cast) -> None:
    assert place("VIL", XIJI_VILLAGE) == Placement("VIL", XIJI_VILLAGE)
    assert place("CTY2", XIJI_VILLAGE) == Placement("CTY2", "640422")
    assert place("MUN", XIJI_VILLAGE, {cast["guyuan_city"].pk}) == Placement("MUN", "6404")


def test_a_county_with_one_clerk_hands_the_second_look_to_its_city(cast: Cast) -> None:
    assert place("CTY2", "640521100991", {cast["zhongning_clerk"].pk}) == Placement("MUN", "6405", "640521")
    assert candidates("CTY2", "640521", {cast["zhongning_clerk"].pk}) == []
    assert candidates("MUN", "6405") == [cast["zhongwei_city"], cast["zhongwei_city2"]]


def test_a_village_without_a_verifier_climbs_to_town_then_county(cast: Cast) -> None:
    assert place("VIL", "640422100992") == Placement("TWN", "640422100", "640422100992")
    assert place("VIL", "640422201991") == Placement("CTY1", "640422", "640422201991")


def test_a_place_known_only_to_the_county_has_no_village_to_ask(cast: Cast) -> None:
    assert place("VIL", "640422") == Placement("CTY1", "640422", "640422")


def test_when_nobody_is_left_the_answer_says_so_instead_of_ending_silently(cast: Cast) -> None:
    barred = {user.pk for user in cast.values()}
    assert place("CTY2", "640422", barred) == Placement("CTY2", "64", "640422", nobody=True)
    assert place("FR", "64", barred) == Placement("FR", "64", "64", nobody=True)


def test_an_applicant_sees_who_looked_as_office_role_time_and_purpose_never_a_name(cast: Cast) -> None:
    case = make_case(cast, XIJI_VILLAGE)
    post = acting_post(cast["xiji_review"], case.handling_code)
    assert post is not None
    record_access("read", object=case, fields=["name"], by=cast["xiji_review"], case_id=case.pk, purpose="初审")
    record_access("read", object=case, fields=["name"], by=cast["applicant1"], case_id=case.pk)
    looks = who_looked(case, cast["applicant1"])
    assert [(look.office, look.role, look.purpose) for look in looks] == [
        ("西吉县救助办公室（演示）", "县级初审员", "初审")
    ]
    assert cast["xiji_review"].name not in repr(looks)
    for paper in range(11):
        record_access(
            "read", object=case, fields=[f"file{paper}"], by=cast["xiji_review"], case_id=case.pk, purpose="material"
        )
    told = [(visit.purpose, visit.times) for visit in visits(who_looked(case, cast["applicant1"]))]
    assert told == [("看材料", 11), ("初审", 1)]


def test_looks_of_inspectors_are_hidden_from_the_inspected_who_were_told_nothing_yet(cast: Cast) -> None:
    case = make_case(cast, XIJI_VILLAGE)
    record_access(
        "read",
        object=case,
        fields=["name"],
        by=cast["inspector"],
        case_id=case.pk,
        purpose="检查",
        role="INS",
        office="监督",
    )
    assert who_looked(case, cast["xiji_review"]) == []
    assert len(who_looked(case, cast["inspector"])) == 1


def test_only_the_applicant_the_helper_and_readers_of_history_learn_who_looked(cast: Cast) -> None:
    case = make_case(cast, XIJI_VILLAGE)
    assert who_looked(case, cast["inspector"]) == []
    for stranger in ("applicant2", "zhongning_clerk", "fin_make"):
        with pytest.raises(NotFound):
            who_looked(case, cast[stranger])
