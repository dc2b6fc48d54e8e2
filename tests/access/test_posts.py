"""An office stands at a place of the table, a role serves at its level, and nobody holds two roles that exclude each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.access.actions import appoint, end_post, save_office
from cases.access.models import Office, Post, Role, User
from cases.calendar import clock
from cases.errors import Invalid
from cases.regions.models import Division
from cases.regions.rules import short
from tests.access.test_admin import as_
from tests.cast import Cast

OFFICE = {"name": "新办公室", "name_en": "", "kind": "redcross", "phone": "", "address": "", "is_active": "on"}


@pytest.mark.parametrize("code", ["6", "abc", "64042", "999999", "640499", "64a4", "６４０４９９", ""])
def test_an_office_at_no_place_is_refused_with_a_sentence(cast: Cast, code: str) -> None:
    answer = as_(cast["sysadmin"]).post("/admin/cases/office/add/", {**OFFICE, "division_code": code})
    assert answer.status_code == 200 and answer.context["errors"]
    assert not Office.objects.filter(name="新办公室").exists()


@pytest.mark.parametrize(
    ("typed", "stored"), [("640422", "640422"), ("640 422", "640422"), ("640000", "64"), ("640400", "6404"),
                          ("640422100000", "640422100")],
)  # fmt: skip
def test_a_code_in_the_official_form_is_taken_as_meant(cast: Cast, typed: str, stored: str) -> None:
    answer = as_(cast["sysadmin"]).post("/admin/cases/office/add/", {**OFFICE, "division_code": typed}, follow=True)
    assert Office.objects.get(name="新办公室").division_code == stored
    assert ("已按" in answer.content.decode()) is (typed.replace(" ", "") != stored)


@pytest.mark.parametrize(("code", "ours"), [("64", "64"), ("6400", "64"), ("640422100991", "640422100991"), ("x", "x")])
def test_the_short_form_of_a_code(code: str, ours: str) -> None:
    assert short(code) == ours


def test_a_zone_without_an_official_code_is_a_place_once_it_is_loaded(cast: Cast) -> None:
    Division.objects.create(code="640195", name="演示开发区", level="county", parent_id="6401", is_pseudo=True)
    made = Office(name="开发区办公室", kind="redcross", division_code="640195")
    assert save_office(office=made, by=cast["sysadmin"]).pk


def test_the_database_refuses_an_office_at_no_place(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="office_at_a_place"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_office SET division_code = '999999' WHERE division_code = '640422'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_office_with_posts_stays_at_its_level(cast: Cast) -> None:
    office = Office.objects.get(division_code="640422", kind="redcross")
    with pytest.raises(IntegrityError, match="stays at its level"), transaction.atomic():
        Office.objects.filter(pk=office.pk).update(division_code="64")
    office.division_code = "64"
    with pytest.raises(Invalid) as fault:
        save_office(office=office, by=cast["sysadmin"])
    assert "不能改成省级" in str(fault.value.fields["division_code"])


def place(code: str, kind: str = "redcross") -> Office:
    return Office.objects.get(division_code=code, kind=kind)


def give(cast: Cast, user: User, role: str, code: str, kind: str = "redcross", **more: Any) -> Post:
    since = more.pop("starts_on", clock.today())
    office = place(code, kind)
    return appoint(
        user=user, role=Role.objects.get(pk=role), office=office, starts_on=since, by=cast["secadmin"], **more
    )


@pytest.mark.parametrize(
    ("role", "code", "kind"),
    [("VIL", "64", "redcross"), ("CTY1", "6404", "redcross"), ("MUN", "640422", "redcross"), ("INS", "640422", "redcross"),
     ("TWN", "640422100991", "village"), ("APP", "64", "redcross"), ("AGT", "64", "redcross")],
)  # fmt: skip
def test_a_role_at_an_office_of_another_level_is_refused_twice(cast: Cast, role: str, code: str, kind: str) -> None:
    user = cast["applicant8"]
    with pytest.raises(Invalid):
        give(cast, user, role, code, kind)
    with pytest.raises(IntegrityError, match="does not serve"), transaction.atomic():
        Post.objects.create(user=user, role_id=role, office=place(code, kind), starts_on=clock.today())


def test_the_refused_level_says_where_the_role_serves(cast: Cast) -> None:
    with pytest.raises(Invalid) as fault:
        give(cast, cast["applicant8"], "VIL", "64")
    assert str(fault.value) == "村级核实员在村级机构任职，这个机构是省级的。"


APART = [
    ("FM", "FC"), ("FR", "FM"), ("FC", "FR"), ("SYS", "SEC"), ("AUD", "SYS"), ("SEC", "AUD"), ("POL1", "POL2"),
    ("INS", "PRV1"), ("PAN", "INS"), ("INS", "FM"), ("PUB", "INS"), ("EXP", "INS"),
]  # fmt: skip


@pytest.mark.parametrize(("held", "wanted"), APART)
def test_roles_that_exclude_each_other_are_refused_twice(cast: Cast, held: str, wanted: str) -> None:
    user = cast["applicant8"]
    give(cast, user, held, "64")
    with pytest.raises(Invalid) as fault:
        give(cast, user, wanted, "64")
    assert "不能同时做" in str(fault.value)
    with pytest.raises(IntegrityError, match="exclude each other"), transaction.atomic():
        Post.objects.create(user=user, role_id=wanted, office=place("64"), starts_on=clock.today())


def test_one_role_after_the_other_is_allowed_and_not_drawn_out_over_it(cast: Cast) -> None:
    user, today = cast["applicant8"], clock.today()
    first = give(cast, user, "FM", "64", ends_on=today)
    give(cast, user, "FC", "64", starts_on=today + timedelta(days=1))
    with pytest.raises(Invalid):
        end_post(post=first, ends_on=today + timedelta(days=1), by=cast["secadmin"])


def test_the_only_clerk_of_a_county_may_hold_both_steps(cast: Cast) -> None:
    assert {post.role_id for post in cast["zhongning_clerk"].posts.all()} == {"CTY1", "CTY2"}


def test_the_page_of_posts_says_why_not(cast: Cast) -> None:
    data = {"user": cast["fin_make"].pk, "role": "FC", "office": place("64").pk, "starts_on": clock.today().isoformat()}
    answer = as_(cast["secadmin"]).post("/admin/cases/post/add/", {**data, "ends_on": ""})
    assert answer.status_code == 200 and "这个人已是制单员（出纳）" in answer.content.decode()
    assert cast["fin_make"].posts.count() == 1


def test_a_station_of_village_doctors_helps_the_people_of_its_town(cast: Cast) -> None:
    post = cast["agent2"].posts.get()
    assert (post.role_id, post.office.kind, post.office.division_code) == ("AGT", "grassroots", "640422100")
