"""The administrators' pages: three separate administrators, no way to a case, every change an action with its event."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from cases.access.models import Office, Post, Role, User
from cases.calendar import clock
from cases.history.models import Event
from tests.cast import Cast


def as_(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


ALLOWED = {"cases.Office", "cases.User", "cases.Post", "cases.Role", "cases.PolicyVersion", "cases.PolicyRow"}


def test_only_offices_accounts_posts_roles_and_policies_are_there() -> None:
    assert {model._meta.label for model in admin.site._registry} == ALLOWED


def test_nobody_but_the_two_administrators_enters(cast: Cast) -> None:
    for name, user in cast.items():
        answer = as_(user).get("/admin/", follow=True)
        assert (answer.status_code == 200) is (name in ("sysadmin", "secadmin")), name
        if answer.status_code != 200:
            assert answer.status_code == 403


def test_the_way_in_is_everybodys_sign_in(cast: Cast) -> None:
    answer = Client().get("/admin/cases/office/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")


PAGES = ["office", "user", "post", "role", "policyversion", "policyrow"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["sysadmin", "secadmin"])
def test_both_read_every_page(cast: Cast, name: str, page: str) -> None:
    browser = as_(cast[name])
    assert browser.get(f"/admin/cases/{page}/").status_code == 200
    row = apps.get_model("cases", page)._default_manager.first()
    if row is not None and page != "user":
        assert browser.get(f"/admin/cases/{page}/{row.pk}/change/").status_code == 200


@pytest.mark.parametrize(("name", "may_add"), [("sysadmin", {"office", "user"}), ("secadmin", {"post"})])
def test_the_system_administrator_makes_accounts_and_the_security_administrator_gives_posts(
    cast: Cast, name: str, may_add: set[str]
) -> None:
    browser = as_(cast[name])
    for page in PAGES:
        assert (browser.get(f"/admin/cases/{page}/add/").status_code == 200) is (page in may_add), page


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_deleted(cast: Cast, page: str) -> None:
    row = apps.get_model("cases", page)._default_manager.first()
    for name in ("sysadmin", "secadmin"):
        if row is not None:
            answer = as_(cast[name]).post(f"/admin/cases/{page}/{row.pk}/delete/", {"post": "yes"})
            assert answer.status_code in (302, 403)
            assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_an_account_and_then_its_post_are_made_by_two_people(cast: Cast) -> None:
    data = {"username": "xiji_new", "name": "马演示", "password": "a-long-first-77", "phone": ""}
    assert as_(cast["sysadmin"]).post("/admin/cases/user/add/", data).status_code == 302
    made = User.objects.get(username="xiji_new")
    assert made.is_office and made.check_password("a-long-first-77") and made.name == "马演示"
    office = Office.objects.get(division_code="640422", kind="redcross")
    data = {"user": made.pk, "role": "CTY1", "office": office.pk, "starts_on": clock.today().isoformat(), "ends_on": ""}
    assert as_(cast["secadmin"]).post("/admin/cases/post/add/", data).status_code == 302
    assert [post.role_id for post in made.posts.all()] == ["CTY1"]
    actions = Event.objects.filter(stream__kind="account", stream__key=str(made.pk)).order_by("id")
    assert [(event.action, event.actor) for event in actions if not event.action.startswith("row.")] == [
        ("account.made", cast["sysadmin"].pk),
        ("post.given", cast["secadmin"].pk),
    ]
    assert {event.actor for event in actions if event.action == "row.insert"} == {
        cast["sysadmin"].pk, cast["secadmin"].pk,
    }  # fmt: skip


def test_a_village_worker_gets_a_phone_instead_of_a_password(cast: Cast) -> None:
    data = {"username": "village_new", "name": "马演示", "password": "", "phone": "199 0000 0555"}
    assert as_(cast["sysadmin"]).post("/admin/cases/user/add/", data).status_code == 302
    made = User.objects.get(username="village_new")
    assert (made.is_office, made.phone, made.has_usable_password()) == (False, "19900000555", False)


@pytest.mark.parametrize(
    "change",
    [{"password": "short"}, {"password": ""}, {"phone": "19900000555"}, {"phone": "123", "password": ""},
     {"username": "xiji_intake"}, {"name": ""}],
)  # fmt: skip
def test_a_wrong_account_is_refused_with_a_sentence(cast: Cast, change: dict[str, str]) -> None:
    data = {"username": "xiji_new", "name": "马演示", "password": "a-long-first-77", "phone": "", **change}
    before = User.objects.count()
    answer = as_(cast["sysadmin"]).post("/admin/cases/user/add/", data)
    assert answer.status_code == 200 and answer.context["errors"]
    assert User.objects.count() == before


def test_fields_that_are_not_on_the_form_change_nothing(cast: Cast) -> None:
    target = cast["xiji_intake"]
    data = {"is_active": "on", "new_password": "", "is_superuser": "on", "is_staff": "on", "username": "root"}
    assert as_(cast["sysadmin"]).post(f"/admin/cases/user/{target.pk}/change/", data).status_code == 302
    target.refresh_from_db()
    assert (target.is_superuser, target.is_staff, target.username) == (False, False, "xiji_intake")


def test_an_account_is_closed_and_a_password_reset_with_events(cast: Cast) -> None:
    target = cast["xiji_intake"]
    data: dict[str, Any] = {"new_password": "another-first-78"}
    as_(cast["sysadmin"]).post(f"/admin/cases/user/{target.pk}/change/", data)
    target.refresh_from_db()
    assert not target.is_active and target.check_password("another-first-78")
    said = Event.objects.filter(stream__kind="account", stream__key=str(target.pk), outcome="ok")
    assert {"account.closed", "account.password_reset"} <= set(said.values_list("action", flat=True))


def test_an_administrator_neither_promotes_nor_closes_himself(cast: Cast) -> None:
    office = Office.objects.get(division_code="64", kind="redcross")
    me = cast["secadmin"]
    data = {"user": me.pk, "role": "FR", "office": office.pk, "starts_on": clock.today().isoformat(), "ends_on": ""}
    assert as_(me).post("/admin/cases/post/add/", data).status_code == 403
    assert [post.role_id for post in me.posts.all()] == ["SEC"]
    mine = cast["sysadmin"]
    assert as_(mine).post(f"/admin/cases/user/{mine.pk}/change/", {"new_password": ""}).status_code == 403
    mine.refresh_from_db()
    assert mine.is_active
    assert Event.objects.filter(outcome="denied", actor=me.pk, action="post.give").exists()


def test_a_post_is_ended_but_never_moved_to_another_office(cast: Cast) -> None:
    post = Post.objects.get(user=cast["xiji_intake"])
    data = {"ends_on": clock.today().isoformat(), "role": "FR", "office": Office.objects.get(kind="board").pk}
    assert as_(cast["secadmin"]).post(f"/admin/cases/post/{post.pk}/change/", data).status_code == 302
    as_(cast["secadmin"]).post(f"/admin/cases/post/{post.pk}/change/", {"ends_on": ""})
    post.refresh_from_db()
    assert (post.ends_on, post.role_id, post.office.division_code) == (clock.today(), "CTY1", "640422")


def test_accounts_of_applicants_are_not_listed(cast: Cast) -> None:
    from cases.access.actions import open_account

    applicant = open_account(phone="19900008888", by=None)
    page = as_(cast["sysadmin"]).get("/admin/cases/user/").content.decode()
    assert applicant.username not in page and "xiji_intake" in page
    assert as_(cast["sysadmin"]).get(f"/admin/cases/user/{applicant.pk}/change/").status_code == 302


def test_the_first_administrator_of_a_new_database_can_set_everything_up(db: Any) -> None:
    first = User.objects.create_superuser("admin", None, "a-long-first-77", is_office=True)
    for page in ("office", "user", "post"):
        assert as_(first).get(f"/admin/cases/{page}/add/").status_code == 200
    assert Role.objects.filter(pk="SYS").exists()
