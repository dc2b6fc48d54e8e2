"""From signing in to the work and back, by links alone, for everybody of the cast."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from cases.access.demo import CAST, PASSWORD
from cases.access.models import User
from tests.access.test_admin import as_
from tests.access.test_sign_in import CODE, CONFIRM, LOGIN, code_for
from tests.cast import Cast

PUBLIC = ["/", "/my", "/apply", "/track"]
WORK = {
    "VIL": "办理台", "TWN": "办理台", "CTY1": "办理台", "CTY2": "办理台", "MUN": "办理台", "PRV1": "办理台", "PRV2": "办理台",
    "PAN": "办理台", "EXP": "办理台", "PUB": "办理台", "FM": "办理台", "FC": "办理台", "FR": "办理台", "INS": "办理台", "SYS": "管理后台",
    "SEC": "管理后台", "AUD": "账号留痕", "POL1": "政策", "POL2": "政策", "SUP": "检查员的行为",
}  # fmt: skip
"""What the strip calls the work of each role; a helper (AGT) works on the pages of applicants."""


def links(page: str) -> dict[str, str]:
    """Words of each link of a page -> its address."""
    found = re.findall(r'<a[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.S)
    return {re.sub(r"<.*?>|\s+", "", words): unescape(address) for address, words in reversed(found)}


def after_sign_in(part: Any) -> tuple[Client, str]:
    browser = Client()
    if part.phone:
        browser.post(CODE, {"phone": part.phone})
        answer = browser.post(CONFIRM, {"code": code_for(part.phone)})
    else:
        answer = browser.post(LOGIN, {"login": part.username, "password": PASSWORD})
    return browser, answer.url


@pytest.mark.parametrize("part", CAST, ids=lambda part: part.username)
def test_everybody_lands_at_his_work_and_finds_it_again_from_every_public_page(cast: Cast, part: Any) -> None:
    browser, landing = after_sign_in(part)
    expected = next((WORK[role] for role, _code in part.posts if role in WORK), "")
    page = browser.get(landing)
    assert page.status_code == 200
    for address in PUBLIC:
        shown = links(browser.get(address, follow=True).content.decode())
        assert {words for words in set(WORK.values()) if words in shown} == ({expected} if expected else set())
        assert not expected or shown[expected] == landing


@pytest.mark.parametrize("name", ["xiji_village", "xiji_intake", "fin_make", "auditadmin"])
def test_the_name_of_the_office_leads_home_and_home_leads_back(cast: Cast, name: str) -> None:
    browser = as_(cast[name])
    home = links(browser.get("/").content.decode())
    work = next(address for words, address in home.items() if words in set(WORK.values()))
    brand = re.search(r'class="brand" href="([^"]*)"', browser.get(work).content.decode())
    assert brand and work in links(browser.get(brand[1]).content.decode()).values()


def test_a_new_staff_member_goes_on_from_the_recovery_codes_to_the_work(cast: Cast, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    browser = Client()
    browser.post(LOGIN, {"login": "xiji_intake", "password": PASSWORD}, follow=True)
    again = {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"}
    at = browser.post("/accounts/reauthenticate/", again, follow=True)
    secret = at.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    page = browser.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    assert Authenticator.objects.filter(user=cast["xiji_intake"], type="totp").exists()
    onward = links(page.content.decode())["继续"]
    answer = browser.get(onward)
    assert answer.status_code == 200 and onward == "/desk/"


def test_somebody_without_a_post_is_told_who_gives_one(cast: Cast) -> None:
    User.objects.create_user("new_here", None, "a-long-first-77", is_office=True)
    browser = Client()
    page = browser.post(LOGIN, {"login": "new_here", "password": "a-long-first-77"}, follow=True)
    assert page.status_code == 200 and "请找安全管理员任职" in page.content.decode()
