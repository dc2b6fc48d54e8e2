"""The pages for what went wrong: each says what happened, what to do and whom to call."""

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from project.middleware import current_request_id

log = logging.getLogger(__name__)


def _page(request: HttpRequest, status: int, **more: Any) -> HttpResponse:
    context = {"request_id": current_request_id(), **more}
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: inside my area but not my right; the sentence of the refusal names who may."""
    return _page(request, 403, reason=str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same page for what never existed and for what lies outside my area."""
    return _page(request, 404)


def conflict(request: HttpRequest, *, reason: str, again: str = "") -> HttpResponse:
    """409: somebody else was faster; `again` is the address of the page to look at."""
    return _page(request, 409, reason=reason, again=again)


def too_many(request: HttpRequest, *, wait: str = "") -> HttpResponse:
    """429: too many tries; `wait` says until when."""
    return _page(request, 429, wait=wait)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token: open too long, or cookies are off."""
    log.info("form without a valid token", extra={"reason": reason})
    return _page(request, 403, reason=_("这一页打开太久了，刚才的没有提交。请刷新后再试一次。"), again=request.path)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the page asks nothing of the database."""
    return _page(request, 500, user=AnonymousUser(), messages=[])
