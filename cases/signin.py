"""Sign in by phone from the first draft page on, and give back what was typed when the session had ended meanwhile."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from cases.sealed import seal, unseal

View = Callable[..., HttpResponse]
OPENED = "opened"
"""Where a session keeps the keys of the paper codes that have opened cases in this browser; a new code ends the old one here too."""

_KEPT, _COLUMN = "kept", "session.kept"
_MOST = 20_000


def signed_in(view: View) -> View:
    """Only for somebody who signed in. A form that was sent without it is kept sealed, and filled in again afterwards.

    The view finds it as `request.kept` (a QueryDict or None), once. Files cannot be kept; the page says so.
    """

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            request.kept = _take(request)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        if request.method == "POST":
            _keep(request)
        return redirect(
            f"{reverse('account_request_login_code')}?{urlencode({'next': request.path if request.method == 'POST' else request.get_full_path()})}"
        )

    return run


def _keep(request: HttpRequest) -> None:
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    body = json.dumps({"path": request.path, "typed": typed.urlencode(), "files": bool(request.FILES)})
    if len(body) <= _MOST:
        request.session[_KEPT] = seal(body, _COLUMN)


def _take(request: HttpRequest) -> QueryDict | None:
    token = request.session.get(_KEPT)
    if not token or request.method != "GET":
        return None
    try:
        body = json.loads(unseal(token, _COLUMN))
    except ValueError:
        body = {}
    if body.get("path") != request.path:
        return None
    del request.session[_KEPT]
    return QueryDict(body["typed"])
