"""What anybody may ask of seals without signing in: roots, proofs, keys, a day's page; and where witnesses answer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cases.calendar import clock
from cases.errors import Refusal
from cases.history.sealing import actions, queries

View = Callable[..., HttpResponse]


def _for_machines(view: View) -> View:
    """A refusal is its sentence in plain text, and leaves no trace: anybody could make as many as he likes."""

    @wraps(view)
    def run(request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            answer = view(request, **kwargs)
        except Refusal as refusal:
            answer = _text(f"{refusal}\n", status=refusal.status)
        answer["Cache-Control"] = "no-cache"
        return answer

    return run


def _text(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


@require_safe
@_for_machines
def checkpoint(request: HttpRequest) -> HttpResponse:
    """检查点: the newest signed root, or that of `?size=`, and below it the lines of witnesses."""
    return _text(queries.note_of(queries.asked_checkpoint(request.GET.get("size", ""))))


@require_safe
@_for_machines
def consistency(request: HttpRequest) -> HttpResponse:
    """一致性证明 from one size to another, each hash in base64."""
    path = queries.asked_consistency(request.GET.get("from", ""), request.GET.get("to", ""))
    return JsonResponse({"proof": [base64.b64encode(step).decode() for step in path]})


@require_safe
@_for_machines
def keys(request: HttpRequest) -> HttpResponse:
    """公钥: a line for each key of the seal, with the sizes that it signs."""
    return _text("".join(f"{line}\n" for line in queries.key_lines()))


@csrf_exempt
@require_POST
@_for_machines
def receipt(request: HttpRequest) -> HttpResponse:
    """见证回执: a note and the line of a witness below it; 201 when it is new, 200 when it was here."""
    text = request.body[:20_000].decode(errors="replace")
    is_new = actions.take_receipt(text=text, channel="http", now=clock.now())
    return _text("taken\n", status=201 if is_new else 200)


@require_safe
def day(request: HttpRequest, day: date) -> HttpResponse:
    """日根: the page behind the QR code of a letter; nothing of a person or a case."""
    return render(request, "seals/day.html", queries.day_page(day))
