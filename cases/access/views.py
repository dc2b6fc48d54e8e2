"""The demonstration phone for everybody who tries the demonstration, and the log of accounts for its administrator."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.access import log
from cases.access.queries import demo_messages


@require_GET
def demo_phone(request: HttpRequest) -> HttpResponse:
    """演示手机: the last messages, or those to one number; there is no such page in an office."""
    if not settings.RELIEF_DEMO:
        raise Http404
    number = request.GET.get("phone", "")
    return render(request, "account/demo_phone.html", {"number": number, "rows": demo_messages(number)})


@login_required
@require_GET
def account_log(request: HttpRequest) -> HttpResponse:
    """账号留痕: who gave what to whom, or who signed in; to read."""
    signins = request.GET.get("show") == "signins"
    page = log.account_log(request.user, after=request.GET.get("after", ""), signins=signins)
    return render(request, "access/log.html", {"page": page, "signins": signins})
