"""How long somebody stays signed in, and that office staff have a second factor: one place for all pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.access.queries import posts_asked_once
from project.faults import is_api, told

SEEN, SINCE, SECOND = "relief_seen", "relief_since", "relief_second_factor"
FREE = ("/accounts/", "/health/", "/static/")


def sign_in_guard(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Signs office staff out after 15 idle minutes or 8 hours, applicants after 12 hours; then asks for a second factor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            stop = _too_long(request) or _no_second_factor(request)
            if stop is not None:
                return stop
        return get_response(request)

    return middleware


def posts_once(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keeps the posts of a person for one request and not a moment longer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with posts_asked_once():
            return get_response(request)

    return middleware


def _too_long(request: HttpRequest) -> HttpResponse | None:
    session, now = request.session, int(time.time())
    since, seen = session.setdefault(SINCE, now), session.setdefault(SEEN, now)
    is_staff = _is_staff(request)
    idle = is_staff and now - seen > settings.STAFF_IDLE_SECONDS
    if idle or now - since > (settings.STAFF_SESSION_SECONDS if is_staff else settings.APPLICANT_SESSION_SECONDS):
        logout(request)
        return _signed_out(request, idle=bool(idle), is_staff=is_staff)
    if now - seen >= 60:
        session[SEEN] = now
    return None


def _signed_out(request: HttpRequest, *, idle: bool, is_staff: bool) -> HttpResponse:
    sentence = _("您有一段时间没有操作，为了安全已经退出。请重新登录。") if idle else _("登录时间到了，请重新登录。")
    if is_api(request):
        return JsonResponse(told("signed_out", sentence), status=401)
    messages.warning(request, sentence)
    page = request.get_full_path() if request.method == "GET" else request.path
    login = reverse("account_login" if is_staff else "account_request_login_code")
    return HttpResponseRedirect(f"{login}?next={quote(page)}")


def _no_second_factor(request: HttpRequest) -> HttpResponse | None:
    if not settings.STAFF_MFA_REQUIRED or not _is_staff(request) or request.path.startswith(FREE):
        return None
    if request.session.get(SECOND):
        return None
    strong = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    if Authenticator.objects.filter(user_id=request.user.pk, type__in=strong).exists():
        request.session[SECOND] = True
        return None
    if is_api(request):
        return JsonResponse(told("second_factor", _("请先在网页上设置两步验证。")), status=403)
    messages.info(request, _("工作人员要先设置两步验证，再办理业务。"))
    return HttpResponseRedirect(reverse("mfa_activate_totp"))


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return bool(getattr(user, "is_office", False) or user.is_staff or user.is_superuser)
