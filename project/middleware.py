"""What every request gets: an id that logs and history share, and answers to signed-in people that nobody keeps."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from cases.history import watch
from cases.history.record import request_id as _request_id
from cases.text import is_storable

Answer = Callable[[HttpRequest], HttpResponse]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def current_request_id() -> str:
    """The id of the request being answered, empty outside one."""
    return _request_id.get()


def request_context(get_response: Answer) -> Answer:
    """Gives the request an id, takes one over from a proxy when it is a plain word, and writes it into every log line."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if re.fullmatch(r"[A-Za-z0-9-]{8,40}", given) else str(uuid.uuid4())
        token, began = _request_id.set(name), time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=name)
        try:
            response = get_response(request)
            _tell(request, response, time.perf_counter() - began)
        finally:
            _request_id.reset(token)
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = name
        return response

    return middleware


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """One line a request, by the name of its view: an address may hold what nobody writes down."""
    found = request.resolver_match
    view = (found.view_name or found.route) if found is not None else "none"
    method = request.method if request.method in METHODS else "other"
    watch.answered(view, method, response.status_code, seconds)


def private_answers(get_response: Answer) -> Answer:
    """An answer to somebody signed in is stored by no browser and no proxy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            add_never_cache_headers(response)
        return response

    return middleware


def plain_text(get_response: Answer) -> Answer:
    """Nothing has an address with the character NUL, and no form holds it: refused before anybody reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not is_storable(request.path):
            raise Http404
        forms = (request.GET,) if request.path.startswith("/api/") else (request.GET, request.POST)
        if not all(is_storable(list(given.lists())) for given in forms):
            raise BadRequest
        return get_response(request)

    return middleware
