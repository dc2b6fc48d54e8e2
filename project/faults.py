"""The pages for what went wrong: each says what happened, what to do and whom to call."""

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from project.middleware import current_request_id

log = logging.getLogger(__name__)

_CODES: dict[int, tuple[str, Any]] = {
    400: ("unreadable", gettext_lazy("请求内容读不懂。请用 UTF-8 编码的 JSON。")),
    403: ("forbidden", gettext_lazy("您的岗位没有这项权限，什么都没有改动。")),
    404: ("not_found", gettext_lazy("没有找到。请核对地址。")),
    409: ("stale", gettext_lazy("刚才有人先办了")),
    410: ("gone", gettext_lazy("这里原来有的已经撤除。")),
    429: ("too_many", gettext_lazy("请求太多，请过一会儿再试。")),
    503: ("unrecorded", gettext_lazy("现在记不下查阅，所以不显示内容。请过几分钟再试。")),
    500: ("fault", gettext_lazy("系统出了问题，没有办成。请稍后再试。")),
}


def told(code: str, sentence: Any, who_may: Any = "", fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A fault as the API tells it: a code that stays, a sentence, who may instead, and a sentence for each field."""
    body: dict[str, Any] = {"code": code, "detail": str(sentence), "who_may": str(who_may)}
    return body | {"fields": {name: str(words) for name, words in fields.items()}} if fields else body


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, which reads JSON and no page."""
    return request.path.startswith("/api/")


def _page(request: HttpRequest, status: int, **more: Any) -> HttpResponse:
    if is_api(request):
        code, sentence = _CODES[status]
        return JsonResponse(told(code, more.get("reason") or sentence), status=status)
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


def refused(
    request: HttpRequest, status: int, *, reason: Any, who_may: Any = "", is_stale: bool = False
) -> HttpResponse:
    """A refusal as a page: why, and who may; with a 409 the way back to the page that was sent from."""
    came_from = request.headers.get("Referer", "")
    again = came_from if url_has_allowed_host_and_scheme(came_from, {request.get_host()}) else ""
    return _page(request, status, reason=reason, who_may=who_may, is_stale=is_stale, again=again)


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
