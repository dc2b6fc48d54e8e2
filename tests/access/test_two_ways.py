"""Every page of signing in, sent filled in by everybody: no fault, and nobody gets the other way in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from cases.access import signin_urls
from cases.access.adapters import AccountAdapter
from cases.access.demo import PASSWORD
from cases.access.models import DemoSms, User
from cases.access.queries import user_by_phone
from cases.errors import Invalid
from tests.access.test_admin import as_
from tests.access.test_sign_in import CODE, CONFIRM, by_password, by_phone, code_for, who
from tests.cast import Cast

PAGES = ["/accounts/" + re.sub(r"<.*?>", "1", str(each.pattern)) for each in signin_urls.urlpatterns]
FILLED = {
    "login": "xiji_intake", "password": "a-long-new-one-77", "oldpassword": PASSWORD, "password1": "a-long-new-one-77",
    "password2": "a-long-new-one-77", "phone": "19900000333", "code": "123456", "email": "me@example.org", "name": "key",
}  # fmt: skip
EVERYBODY = ["", "applicant1", "xiji_village", "xiji_intake", "sysadmin"]
GONE = ["signup/", "email/", "confirm-email/", "password/set/", "password/reset/", "password/reset/done/", "3rdparty/"]


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("page", PAGES)
def test_a_filled_form_meets_no_fault_and_crosses_no_way(cast: Cast, page: str, name: str) -> None:
    browser = as_(cast[name]) if name else Client()
    browser.raise_request_exception = False
    for answer in (browser.get(page), browser.post(page, FILLED)):
        assert answer.status_code < 500
        assert answer.status_code != 302 or browser.get(answer.url).status_code < 500
    for user in User.objects.all():
        assert user.is_office or not user.has_usable_password(), user.username
        assert not user.is_office or user.phone_key is None, user.username


@pytest.mark.parametrize("page", GONE)
@pytest.mark.parametrize("name", EVERYBODY)
def test_what_needs_a_mail_server_or_gives_an_applicant_a_password_is_not_there(
    cast: Cast, page: str, name: str
) -> None:
    browser = as_(cast[name]) if name else Client()
    assert browser.get(f"/accounts/{page}").status_code == 404
    assert browser.post(f"/accounts/{page}", FILLED).status_code == 404


def test_who_forgot_a_password_is_told_who_sets_a_new_one(cast: Cast) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "请找系统管理员重设密码" in page and "reset" not in page


def test_staff_cannot_take_a_phone_and_no_message_goes_out(cast: Cast) -> None:
    browser = by_password("xiji_intake")
    assert browser.post("/accounts/phone/change/", {"phone": "19900000333"}).status_code == 403
    assert not DemoSms.objects.exists()


@pytest.mark.parametrize("page", ["password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/add/"])
def test_an_applicant_gets_neither_password_nor_second_factor(cast: Cast, page: str) -> None:
    answer = by_phone("19900000001").get(f"/accounts/{page}")
    assert answer.status_code == 403 and "您用手机验证码登录，不用密码。" in answer.content.decode()


def test_an_applicant_changes_to_a_new_phone_with_the_code_sent_there(cast: Cast) -> None:
    browser = by_phone("19900000001")
    assert browser.post("/accounts/phone/change/", {"phone": "19900000333"}).status_code == 302
    assert browser.post("/accounts/phone/verify/", {"code": code_for("19900000333")}).status_code == 302
    assert user_by_phone("19900000333") == cast["applicant1"]


def test_the_phone_of_somebody_else_is_not_taken_over_even_with_its_code(cast: Cast) -> None:
    browser = by_phone("19900000001")
    browser.post("/accounts/phone/change/", {"phone": "19900000002"})
    answer = browser.post("/accounts/phone/verify/", {"code": code_for("19900000002")})
    assert answer.status_code == 200 and answer.context["verify_form"].errors
    assert (user_by_phone("19900000001"), user_by_phone("19900000002")) == (cast["applicant1"], cast["applicant2"])


def test_a_phone_that_somebody_takes_at_the_same_moment_gets_a_sentence(cast: Cast) -> None:
    with pytest.raises(Invalid) as fault:
        AccountAdapter().set_phone(cast["applicant1"], "19900000002", True)
    assert str(fault.value.reason) == "这个手机号已有账号。"
    assert user_by_phone("19900000002") == cast["applicant2"]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [("applicant1", "password", "argon2$stolen"), ("xiji_village", "password", "x"), ("xiji_intake", "phone_key", "k" * 64),
     ("applicant1", "is_office", True)],
)  # fmt: skip
def test_the_database_refuses_an_account_with_both_ways_in(cast: Cast, name: str, column: str, value: Any) -> None:
    with pytest.raises(IntegrityError, match="user_one_way_in"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE cases_user SET {column} = %s WHERE id = %s", [value, cast[name].pk])


def test_who_gets_no_text_message_is_told_the_code_by_a_call(cast: Cast) -> None:
    browser = Client()
    browser.post(CODE, {"phone": "19900000001"})
    assert "打电话告诉我" in browser.get(CONFIRM).content.decode()
    assert browser.post(CONFIRM, {"action": "resend", "way": "call"}).status_code == 302
    told = DemoSms.objects.get()
    spoken = re.search(r"(\d) (\d) (\d) (\d) (\d) (\d)", str(told.text))
    assert told.by_call and spoken
    assert "（语音电话）" in Client().get("/accounts/demo-phone/", {"phone": "19900000001"}).content.decode()
    browser.post(CONFIRM, {"code": "".join(spoken.groups())})
    assert who(browser) == cast["applicant1"].pk
