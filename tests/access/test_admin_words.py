"""The administrators' pages speak the reader's language throughout; only data and codes stand as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.models import Office, User
from cases.access.queries import managed_accounts
from cases.policy.models import PolicyRow
from tests.access.test_admin import PAGES, as_
from tests.cast import Cast

DATA = ("field-", "readonly")
"""Classes of elements that hold what people typed."""
VOID = {"input", "br", "img", "link", "meta", "hr", "col"}
LATIN, HAN = re.compile(r"[A-Za-z]{2}"), re.compile(r"[\u3400-\u9fff]")
ADDRESSES = [
    "",
    *(f"{page}/{more}" for page in PAGES for more in ("", "?q=nothing-here", "add/", "{}/change/", "{}/history/")),
]


class Words(HTMLParser):
    """What a person reads or hears on a page, without scripts and data."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_data = tag in ("td", "th", "div") and any(mark in given.get("class", "") for mark in DATA)
        is_other = "hreflang" in given  # the way to the other language is written in that language
        names = ["title", "placeholder", "aria-label", "alt"] + ["value"] * (given.get("type") in ("submit", "button"))
        if not any(self.open):
            self.found += [given[name] for name in names if given.get(name)]
        if tag not in VOID:
            self.open.append(tag in ("script", "style") or is_data or is_other)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open) and data.strip():
            self.found.append(data.strip())


def words_of(page: str) -> list[str]:
    reader = Words()
    reader.feed(page)
    return reader.found


def names_of(cast: Cast) -> list[str]:
    """What people, offices and policy rows are called, in every language: data and codes."""
    offices = [name for office in Office.objects.all() for name in (office.name, office.name_en)]
    codes = [code for row in PolicyRow.objects.all() for code in (f"{row.section}.{row.key}", row.section)]
    return sorted(
        [*cast, "admin", "rare_disease", *codes, *offices, *(str(user.name) for user in cast.values())],
        key=len,
        reverse=True,
    )


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("language", "foreign"), [("zh-hans", LATIN), ("en", HAN)])
def test_no_word_of_the_other_language_shows(
    cast: Cast, published: Callable[[str], Any], language: str, foreign: re.Pattern[str], address: str
) -> None:
    published("rare_disease")
    first = User.objects.create_superuser("admin", None, "a-long-first-77", is_office=True, name="admin")
    browser = as_(first)
    browser.cookies["django_language"] = language
    if address:
        row = apps.get_model("cases", address.split("/")[0])._default_manager.order_by("pk").first()
        address = f"cases/{address.format(row.pk if row else 0)}"
    words = words_of(browser.get(f"/admin/{address}", follow=True).content.decode())
    for name in names_of(cast):
        words = [word.replace(name, "") for word in words]
    words = [re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", word) for word in words]
    assert not [word for word in words if foreign.search(word)]


@pytest.mark.parametrize("page", ["office", "user", "post"])
@pytest.mark.parametrize(("language", "foreign"), [("zh-hans", LATIN), ("en", HAN)])
def test_what_is_wrong_on_a_form_is_said_in_the_same_language(
    cast: Cast, language: str, foreign: re.Pattern[str], page: str
) -> None:
    first = User.objects.create_superuser("admin", None, "a-long-first-77", is_office=True, name="admin")
    browser = as_(first)
    browser.cookies["django_language"] = language
    wrong = {
        "username": "a b",
        "password": "short",
        "division_code": "999999",
        "user": "x",
        "starts_on": "x",
        "role": "x",
    }
    for sent in ({}, wrong):
        words = words_of(browser.post(f"/admin/cases/{page}/add/", sent).content.decode())
        words = [word.replace("admin", "") for word in words]
        assert not [word for word in words if foreign.search(word)]


def test_a_long_list_is_not_counted(cast: Cast) -> None:
    first = User.objects.create_superuser("admin", None, "a-long-first-77", is_office=True)
    for page in PAGES:
        with CaptureQueriesContext(connection) as asked:
            assert as_(first).get(f"/admin/cases/{page}/").status_code == 200
        assert not [query["sql"] for query in asked if "COUNT(" in query["sql"]], page


def test_accounts_of_applicants_do_not_slow_the_list_of_staff(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        shown = managed_accounts(cast["sysadmin"]).order_by("username", "-pk")[:100]
        assert "user_managed" in shown.explain()


def test_a_post_is_given_without_script(cast: Cast) -> None:
    page = as_(cast["secadmin"]).get("/admin/cases/post/add/").content.decode()
    assert re.search(r'<input type="text" name="user"', page) and re.search(r'<input type="text" name="office"', page)
