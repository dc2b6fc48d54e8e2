"""The demonstration phone: text messages to invented numbers, for everybody who tries the demonstration."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.access.queries import demo_messages


@require_GET
def demo_phone(request: HttpRequest) -> HttpResponse:
    """演示手机: the last messages, or those to one number; there is no such page in an office."""
    if not settings.RELIEF_DEMO:
        raise Http404
    number = request.GET.get("phone", "")
    return render(request, "account/demo_phone.html", {"number": number, "rows": demo_messages(number)})
