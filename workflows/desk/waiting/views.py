"""The page of those who wait for money."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.access.queries import must_serve
from workflows.desk.waiting.queries import lines_for


@login_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """轮候名单: the province sees the whole line, a county its own cases with their place in the whole."""
    must_serve(request.user)
    asked = request.GET
    lines = lines_for(request.user, programme=asked.get("programme", ""), after=asked.get("after", ""))
    return render(request, "desk/waiting.html", {"lines": lines})
