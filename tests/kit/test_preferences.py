"""Language and letter size; and the navigation of the desk."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from project import context
from project.context import NavItem, nav_items, register_nav


@pytest.fixture
def visitor() -> Client:
    return Client()


def test_large_letters_are_remembered_for_a_year_and_the_page_comes_back(visitor: Client):
    answer = visitor.get("/preferences/text-size/elder?next=/about/privacy%3Fa%3D1")
    assert answer.headers["Location"] == "/about/privacy?a=1"
    assert answer.cookies["text_size"]["max-age"] == 365 * 24 * 3600
    assert 'class=" size-elder"' in visitor.get("/about/privacy").content.decode()


def test_the_language_is_remembered(visitor: Client):
    visitor.get("/preferences/language/en?next=/about/privacy")
    assert 'lang="en"' in visitor.get("/about/privacy").content.decode()
    visitor.get("/preferences/language/zh-hans")
    assert 'lang="zh-Hans"' in visitor.get("/about/privacy").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_nobody_is_sent_to_another_site(visitor: Client, target: str):
    assert visitor.get("/preferences/text-size/elder", {"next": target}).headers["Location"] == "/"


def test_an_unknown_size_or_language_does_not_exist(visitor: Client):
    assert visitor.get("/preferences/text-size/huge").status_code == 404
    assert visitor.get("/preferences/language/xx").status_code == 404
    assert visitor.get("/preferences/number-keys/maybe").status_code == 404
    visitor.cookies["text_size"] = "huge"
    assert "size-normal" in visitor.get("/about/privacy").content.decode()


def test_the_size_switch_is_the_first_thing_after_the_skip_link(visitor: Client):
    page = visitor.get("/about/privacy").content.decode()
    assert (
        page.index('class="skip"')
        < page.index("text-size/normal")
        < page.index("language/en")
        < page.index('class="brand"')
    )


def test_every_page_says_whom_to_call(visitor: Client):
    for address in ("/about/privacy", "/about/accessibility", "/nowhere"):
        assert f"tel:{settings.HELP_PHONE}" in visitor.get(address).content.decode()


def test_the_desk_shows_each_room_its_own_entries_in_order(monkeypatch, cast):
    monkeypatch.setattr(context, "_providers", [])
    register_nav(lambda request: [NavItem("查案卷", "/desk/find", order=30)])
    register_nav(lambda request: [NavItem("待领取", "/desk", order=10, count=3)])
    request = RequestFactory().get("/desk/find/x")
    request.user = cast["xiji_intake"]
    found = nav_items(request)
    assert [(item["label"], item["current"]) for item in found] == [("待领取", False), ("查案卷", True)]
    for somebody in (AnonymousUser(), cast["applicant1"]):
        request.user = somebody
        assert nav_items(request) == []
