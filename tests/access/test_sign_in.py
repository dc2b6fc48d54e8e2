"""Applicants sign in by phone and code, staff by password and second factor; the two ways never cross."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection
from django.test import Client

from cases.access import middleware
from cases.access.actions import open_account
from cases.access.demo import PASSWORD, demo_signins_exist, signins
from cases.access.models import DemoSms, User
from cases.access.queries import user_by_phone
from cases.access.sms import SmsUnavailable, send_sms
from cases.history.models import Event
from tests.cast import Cast

CODE, CONFIRM, LOGIN = "/accounts/login/code/", "/accounts/login/code/confirm/", "/accounts/login/"


def code_for(phone: str) -> str:
    page = Client().get("/accounts/demo-phone/", {"phone": phone}).content.decode()
    found = re.search(r"\b(\d{6})\b", page.split(f'data-phone="{phone}"', 1)[1].split("</section>")[0].split("<p>")[1])
    assert found
    return found[1]


def by_phone(phone: str) -> Client:
    browser = Client()
    assert browser.post(CODE, {"phone": phone}).status_code == 302
    assert browser.post(CONFIRM, {"code": code_for(phone)}).status_code == 302
    return browser


def by_password(name: str, password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post(LOGIN, {"login": name, "password": password})
    return browser


def who(browser: Client) -> int | None:
    value = browser.session.get("_auth_user_id")
    return int(value) if value else None


def test_an_applicant_signs_in_with_a_code_that_came_to_the_phone(cast: Cast) -> None:
    assert who(by_phone("19900000001")) == cast["applicant1"].pk


@pytest.mark.parametrize("typed", ["199 0000 0001", "+86 199-0000-0001", "１９９０００００００１"])
def test_a_number_is_taken_as_it_is_meant(cast: Cast, typed: str) -> None:
    browser = Client()
    assert browser.post(CODE, {"phone": typed}).status_code == 302
    assert browser.post(CONFIRM, {"code": code_for("19900000001")}).status_code == 302
    assert who(browser) == cast["applicant1"].pk


@pytest.mark.parametrize("typed", ["", "1990000", "29900000001", "abc", "199000000011"])
def test_what_is_no_mobile_number_gets_a_sentence_and_no_message(cast: Cast, typed: str) -> None:
    answer = Client().post(CODE, {"phone": typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors["phone"]
    assert not DemoSms.objects.exists()


def test_a_new_number_opens_an_account_with_its_first_code(cast: Cast) -> None:
    browser = by_phone("19900009999")
    user = User.objects.get(pk=who(browser))
    assert (user.phone, user.phone_verified, user.is_office, user.has_usable_password()) == (
        "19900009999", True, False, False,
    )  # fmt: skip
    assert Event.objects.filter(action="account.opened", object_id=str(user.pk)).exists()
    assert open_account(phone="19900009999", by=None) == user


def test_a_wrong_code_does_not_sign_in_and_the_third_ends_the_try(cast: Cast) -> None:
    browser = Client()
    browser.post(CODE, {"phone": "19900000001"})
    right = code_for("19900000001")
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(3):
        browser.post(CONFIRM, {"code": wrong})
    browser.post(CONFIRM, {"code": right})
    assert who(browser) is None


def test_an_old_code_does_not_sign_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    browser.post(CODE, {"phone": "19900000001"})
    right, later = code_for("19900000001"), time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)
    browser.post(CONFIRM, {"code": right})
    assert who(browser) is None


def test_staff_have_no_way_in_by_phone(cast: Cast) -> None:
    staff = cast["xiji_intake"]
    staff.phone = "19900000777"
    staff.save()
    browser = by_phone("19900000777")
    assert who(browser) not in (None, staff.pk)
    assert who(by_password("19900000777")) is None


def test_applicants_have_no_way_in_by_password(cast: Cast) -> None:
    for name in ("applicant1", "19900000001", "xiji_village"):
        assert who(by_password(name)) is None


def test_a_closed_account_signs_in_by_neither_way(cast: Cast) -> None:
    User.objects.filter(username__in=["xiji_intake", "applicant1"]).update(is_active=False)
    assert who(by_password("xiji_intake")) is None
    browser = Client()
    browser.post(CODE, {"phone": "19900000001"})
    browser.post(CONFIRM, {"code": code_for("19900000001")})
    assert who(browser) is None


def test_closing_an_account_ends_its_open_session_at_the_next_page(cast: Cast) -> None:
    browser = by_password("xiji_intake")
    User.objects.filter(username="xiji_intake").update(is_active=False)
    assert not browser.get("/accounts/logout/").wsgi_request.user.is_authenticated


def test_every_demo_sign_in_works(cast: Cast) -> None:
    for name, _zh, _en, password in signins():
        browser = by_password(name, password) if password else by_phone(name)
        assert who(browser) is not None, name


def test_nobody_signs_up_for_an_office_account(cast: Cast) -> None:
    before = User.objects.count()
    Client().post("/accounts/signup/", {"username": "me", "password1": "a-long-password-1", "phone": ""})
    assert User.objects.count() == before


def test_sign_ins_leave_events_failed_ones_too(cast: Cast) -> None:
    by_password("xiji_intake")
    by_password("xiji_intake", "wrong")
    by_password("nobody-here", "wrong")
    found = Event.objects.filter(action__startswith="signin.").order_by("id").values_list("action", "outcome", "actor")
    staff = cast["xiji_intake"].pk
    assert list(found) == [
        ("signin.ok", "ok", staff), ("signin.failed", "denied", staff), ("signin.failed", "denied", None),
    ]  # fmt: skip


# --- how long ---------------------------------------------------------------------------------------------------------


def test_staff_are_signed_out_after_15_idle_minutes_and_told_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, start = by_password("xiji_intake"), time.time()
    browser.get("/accounts/logout/")
    monkeypatch.setattr(middleware.time, "time", lambda: start + 14 * 60)
    assert browser.get("/accounts/logout/").wsgi_request.user.is_authenticated
    monkeypatch.setattr(middleware.time, "time", lambda: start + 28 * 60)
    assert browser.get("/accounts/logout/").wsgi_request.user.is_authenticated
    monkeypatch.setattr(middleware.time, "time", lambda: start + 44 * 60)
    answer = browser.get("/accounts/logout/?a=1")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/accounts/logout/%3Fa%3D1")
    assert who(browser) is None


@pytest.mark.parametrize(("name", "hours"), [("xiji_intake", 8), ("19900000001", 12)])
def test_nobody_stays_signed_in_for_ever(cast: Cast, name: str, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = by_phone(name) if name[0] == "1" else by_password(name)
    start = time.time()
    browser.get("/accounts/logout/")
    for quarter in range(1, hours * 5 + 1):
        monkeypatch.setattr(middleware.time, "time", lambda now=start + quarter * 12 * 60: now)
        answer = browser.get("/accounts/logout/")
    assert answer.wsgi_request.user.is_authenticated
    monkeypatch.setattr(middleware.time, "time", lambda: start + hours * 3600 + 10)
    assert browser.get("/accounts/logout/").status_code == 302
    assert who(browser) is None


# --- the second factor ------------------------------------------------------------------------------------------------


def test_staff_without_a_second_factor_are_sent_to_set_it_up(cast: Cast, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    browser = by_password("xiji_intake")
    assert browser.get("/").url == "/accounts/2fa/totp/activate/"
    assert browser.get("/api/v1/nothing").status_code == 403
    assert browser.get("/accounts/2fa/totp/activate/").status_code in (200, 302)
    assert by_phone("19900000001").get("/").status_code != 403
    assert not by_phone("19900000001").get("/").headers.get("Location", "").startswith("/accounts/2fa")


def test_the_seed_of_an_authenticator_is_sealed_and_its_codes_are_asked_for(cast: Cast, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(cast["xiji_intake"], secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert secret not in str(cursor.fetchall())
    assert Authenticator.objects.get().wrap().validate_code("000") is False
    browser = by_password("xiji_intake")
    assert who(browser) is None
    counter = next(iter(yield_hotp_counters_from_time()))
    browser.post("/accounts/2fa/authenticate/", {"code": format_hotp_value(hotp_value(secret, counter))})
    assert who(browser) == cast["xiji_intake"].pk
    assert not browser.get("/").headers.get("Location", "").startswith("/accounts/2fa")


# --- what a stolen database gives away --------------------------------------------------------------------------------


def test_a_session_row_opens_no_session_and_shows_nothing(cast: Cast) -> None:
    browser = Client()
    browser.post(CODE, {"phone": "19900000001"})
    cookie, code = browser.cookies["session"].value, code_for("19900000001")
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key, session_data FROM django_session")
        rows = cursor.fetchall()
    assert cookie not in str(rows) and code not in str(rows) and "19900000001" not in str(rows)
    thief = Client()
    thief.cookies["session"] = rows[0][0]
    thief.post(CONFIRM, {"code": code})
    assert who(thief) is None
    browser.post(CONFIRM, {"code": code})
    assert who(browser) == cast["applicant1"].pk


def test_signing_out_removes_the_session_from_the_server(cast: Cast) -> None:
    browser = by_password("xiji_intake")
    cookie = browser.cookies["session"].value
    browser.post("/accounts/logout/")
    thief = Client()
    thief.cookies["session"] = cookie
    assert who(thief) is None


# --- text messages ----------------------------------------------------------------------------------------------------


class Gateway(BaseHTTPRequestHandler):
    """A gateway of text messages on this machine."""

    taken: list[tuple[dict[str, str], dict[str, Any]]] = []
    answer = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken.append((dict(self.headers), body))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Gateway.taken, Gateway.answer = [], 200
    settings.SMS_BACKEND, settings.SMS_GATEWAY_TOKEN = "gateway", "a-token"
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/send"
    yield Gateway
    server.shutdown()
    server.server_close()


def test_the_gateway_of_an_office_gets_number_and_text_and_nothing_is_kept(db: Any, gateway: type[Gateway]) -> None:
    send_sms("19900000001", "您好，验证码 123456", key="m-1")
    headers, body = gateway.taken[0]
    assert body == {"phone": "19900000001", "text": "您好，验证码 123456", "way": "text"}
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer a-token", "m-1")
    assert not DemoSms.objects.exists()


def test_a_gateway_that_refuses_is_said_and_not_taken_for_sent(
    db: Any, gateway: type[Gateway], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.answer = 500
    with pytest.raises(SmsUnavailable):
        send_sms("19900000001", "您好")
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/"
    with pytest.raises(SmsUnavailable):
        send_sms("19900000001", "您好")
    assert "19900000001" not in caplog.text


def test_without_a_gateway_the_page_says_that_no_message_can_be_sent(db: Any, settings: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_GATEWAY_URL = "gateway", ""
    answer = Client().post(CODE, {"phone": "19900007777"})
    assert answer.status_code == 200
    assert "短信现在发不出去" in answer.content.decode()
    assert user_by_phone("19900007777") is None


def test_an_office_has_no_demonstration_phone(db: Any, settings: Any) -> None:
    settings.RELIEF_DEMO = False
    assert Client().get("/accounts/demo-phone/").status_code == 404


def test_demonstration_sign_ins_are_known_as_such(cast: Cast) -> None:
    assert demo_signins_exist()
    for user in cast.values():
        user.is_active = False
        user.save()
    assert not demo_signins_exist()
