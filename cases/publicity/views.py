"""The public page of a list, and objecting to it without signing in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_http_methods, require_safe

from cases.calendar import clock
from cases.errors import Invalid
from cases.publicity import actions, queries
from cases.publicity.forms import ObjectionForm
from cases.publicity.rules import is_running
from project.faults import too_many

NO_ROBOTS = "noindex, nofollow, noarchive"
MOST_TRIES, PER_SECONDS = 5, 3600


def _unseen(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = NO_ROBOTS
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def page(request: HttpRequest, token: UUID) -> HttpResponse:
    """公示页: the frozen bytes from the first day to the last; after that 410 and nothing of the list."""
    plist = queries.public_list(token)
    if not is_running(plist.starts_on, plist.ends_on, plist.state, clock.now()):
        return _over(request, plist)
    etag = quote_etag(plist.sha256)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(plist.snapshot.encode(), content_type="text/html; charset=utf-8")
    answer["ETag"] = etag
    return _unseen(answer)


def _over(request: HttpRequest, plist: Any) -> HttpResponse:
    return _unseen(render(request, "publicity/over.html", {"plist": plist}, status=410))


@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, token: UUID) -> HttpResponse:
    """提出异议: a form for anybody, named or not; a few an hour from one place."""
    plist = queries.public_list(token)
    if not is_running(plist.starts_on, plist.ends_on, plist.state, clock.now()):
        return _over(request, plist)
    entries = queries.public_lines(plist)
    form = ObjectionForm(entries, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _too_often(request):
            return _unseen(too_many(request))
        chosen = {str(entry.position): entry for entry in entries}[form.cleaned_data["entry"]]
        said = {name: form.cleaned_data[name] for name in ("text", "name", "phone")}
        try:
            made = actions.file_objection(entry=chosen, by=None, **said)
            return redirect("publicity:objection", token=made.token)
        except Invalid as fault:
            for name, words in fault.fields.items():
                form.add_error(name, words)
    return _unseen(render(request, "publicity/object.html", {"plist": plist, "form": form}))


def _too_often(request: HttpRequest) -> bool:
    """Whether this address has objected too often within the hour."""
    key = f"objection-{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, PER_SECONDS)
    return cache.incr(key) > MOST_TRIES


@require_safe
def objection(request: HttpRequest, token: UUID) -> HttpResponse:
    """异议回执: for whoever holds the link: received, looked into, answered; no name and no text of it."""
    found = queries.public_objection(token)
    return _unseen(render(request, "publicity/objection_receipt.html", {"objection": found}))
