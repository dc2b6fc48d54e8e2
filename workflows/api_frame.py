"""What stands around every call of the API: who signed in, text that a database can keep, and one shape for every fault."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ParseError, Throttled
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.errors import NotFound, Refusal
from cases.history.record import refusals_recorded
from cases.text import is_storable
from project.faults import told


class Session(SessionAuthentication):
    """The session of the site; whoever has none is answered 401."""

    def authenticate_header(self, request: Request) -> str:
        """What makes the answer a 401."""
        return "Session"


class PlainJSON(JSONParser):
    """JSON in UTF-8 that can be stored: no NUL, no half of a character, no NaN, not nested without end."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The content; ParseError (400) when it is not such JSON."""
        try:
            found = json.loads(stream.read().decode(), parse_constant=_no_number)
            if not is_storable(found):
                raise ValueError("text")
        except (ValueError, RecursionError) as fault:
            raise ParseError from fault
        return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def answer_fault(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: a refusal is recorded and told, everything else told in the same shape."""
    from rest_framework.views import exception_handler  # it reads the settings that name this module

    if isinstance(error, Refusal):
        return _refused(error, context)
    answer = exception_handler(error, context)
    if answer is not None:
        code, sentence = _words(answer.status_code, error)
        answer.data = told(code, sentence)
    return answer


def _refused(error: Refusal, context: dict[str, Any]) -> Response:
    try:
        with refusals_recorded(f"api.{type(context['view']).__name__}", by=context["request"].user):
            raise error
    except Refusal:
        pass
    who_may = "" if isinstance(error, NotFound) else error.who_may
    return Response(told(error.code, error.reason, who_may, error.fields), status=error.status)


def _words(status: int, error: Exception) -> tuple[str, str]:
    if isinstance(error, Throttled):
        return "too_many", _("请求太多，请过一会儿再试。")
    return {
        400: ("unreadable", _("请求内容读不懂。请用 UTF-8 编码的 JSON。")),
        401: ("signed_out", _("请先登录。")),
        403: ("forbidden", _("登录凭证或页面凭证不对，请重新登录再试。")),
        404: ("not_found", _("没有找到。请核对地址。")),
        405: ("wrong_method", _("这个地址不支持这种请求。")),
        415: ("unreadable", _("请求内容读不懂。请用 UTF-8 编码的 JSON。")),
    }.get(status, ("refused", _("这个请求现在不能办。")))
