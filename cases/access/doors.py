"""Which of the two ways of signing in a page belongs to: somebody of the other way is told so and gets no further."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal

View = Callable[..., HttpResponseBase]


def by_password(view: View) -> View:
    """工作人员: passwords and second factors; an account with a phone code has none. Nobody signed in passes through."""
    return _of(view, is_office=True, reason=_("您用手机验证码登录，不用密码。"))


def by_phone(view: View) -> View:
    """手机验证码: a new phone number; an office account has none. Nobody signed in passes through."""
    return _of(view, is_office=False, reason=_("工作人员用密码登录，不能用手机验证码。"))


def in_one(view: View) -> View:
    """What is sent is one transaction: a changed password or second factor and the event that says so stand or fall together."""

    @functools.wraps(view)
    def together(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return together


def _of(view: View, *, is_office: bool, reason: Any) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.is_office is not is_office:
            raise Refusal(reason, code="other_way_in")
        return view(request, *args, **kwargs)

    return guarded
