"""The pages for what went wrong: what happened, what to do, whom to call, in both languages."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from project import faults

DO = {
    400: ("再试一次", "try again"),
    403: ("管理员", "administrator"),
    404: ("核对网址和编号", "Check the address"),
    409: ("最新情况", "latest state"),
    429: ("10 分钟", "10 minutes"),
    500: ("过几分钟再试", "in a few minutes"),
}


def page(code: int, request: HttpRequest) -> HttpResponse:
    if code == 409:
        return faults.refused(request, 409, reason="", is_stale=True)
    views: dict[int, Callable[[HttpRequest], HttpResponse]] = {
        400: faults.bad_request,
        403: faults.permission_denied,
        404: faults.not_found,
        429: faults.too_many,
        500: faults.server_error,
    }
    return views[code](request)


@pytest.fixture
def request_() -> HttpRequest:
    made = RequestFactory().get("/somewhere")
    made.user = AnonymousUser()
    made.session = SessionStore()
    return made


@pytest.mark.parametrize(("language", "place"), [("zh-hans", 0), ("en", 1)])
@pytest.mark.parametrize("code", DO)
def test_a_fault_says_what_to_do_and_whom_to_call(request_: HttpRequest, code: int, language: str, place: int):
    with translation.override(language):
        answer = page(code, request_)
    assert answer.status_code == code
    words = answer.content.decode()
    assert DO[code][place] in words
    assert f"tel:{settings.HELP_PHONE}" in words


def test_a_refusal_shows_its_own_sentence(request_: HttpRequest):
    answer = faults.permission_denied(request_, PermissionDenied("这件是您初审的，需要另一位同事复核。"))
    assert "这件是您初审的，需要另一位同事复核。" in answer.content.decode()


def test_an_unknown_address_gets_the_page_for_it():
    answer = Client().get("/nowhere-at-all")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


def test_a_form_that_was_open_too_long_is_explained():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})
    assert answer.status_code == 403
    assert "这一页打开太久了" in answer.content.decode()
    assert 'href="/accounts/login/"' in answer.content.decode()


def test_only_a_race_that_somebody_else_won_is_called_one(request_: HttpRequest):
    lost = faults.refused(request_, 409, reason="刚才一位同事已经办结。", is_stale=True).content.decode()
    other = faults.refused(request_, 409, reason="您已申请回避，不能再表决。").content.decode()
    assert "<h1>刚才有人先办了</h1>" in lost
    assert "<h1>现在不能这样办</h1>" in other
    assert "刚才有人先办了" not in other


def test_the_page_of_a_conflict_leads_back_to_where_one_came_from_on_this_site_alone(request_: HttpRequest):
    request_.META["HTTP_REFERER"] = "http://testserver/case/1/"
    assert 'href="http://testserver/case/1/"' in faults.refused(request_, 409, reason="").content.decode()
    request_.META["HTTP_REFERER"] = "http://elsewhere/case/1/"
    assert "elsewhere" not in faults.refused(request_, 409, reason="").content.decode()
