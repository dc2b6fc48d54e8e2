"""The hospital's pages: its permits, one permit in large letters, the scan of its code, what was done, its claims."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.access.queries import posts_of
from cases.calendar import clock
from cases.errors import NotFound, Refusal
from cases.history.record import record_access
from cases.providers import queries
from cases.providers.doings import OPEN_ONES, OWN_LINE, PERMIT, USED_ONES, Doing, doing
from cases.providers.models import Permit
from cases.providers.rules import INVALID


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """本机构的通知单: a number finds one; open ones first."""
    wanted = request.GET.get("number", "").strip()
    if wanted:
        return redirect("providers:permit", queries.get_own_permit(request.user, wanted).number)
    page = queries.permits_page(request.user, after=request.GET.get("after", ""))
    return render(request, "providers/home.html", {"page": page})


@login_required
@require_GET
def permit(request: HttpRequest, number: str) -> HttpResponse:
    """一张通知单: valid or not, which eye, until when; whose it is; what was done and what may be done."""
    return _shown(request, queries.get_own_permit(request.user, number))


@login_required
@require_GET
def scan(request: HttpRequest, token: UUID) -> HttpResponse:
    """扫码: the same page, found by the random token of the code."""
    found = queries.own_permits(request.user).filter(token=token).first()
    if found is None:
        raise NotFound()
    return _shown(request, found)


def _shown(request: HttpRequest, found: Permit) -> HttpResponse:
    post = next(post for post in posts_of(request.user) if post.office_id == found.provider.office_id)
    record_access(
        "read", object=found, fields=["name", "phone"], by=request.user, case_id=found.case_id, purpose="permit",
        role=post.role_id, office=post.office.name,
    )  # fmt: skip
    why = queries.standing(found, on=clock.today())
    words = OPEN_ONES if found.state == "issued" else USED_ONES if found.state == "used" else ()
    line = queries.line_of(found)
    context = {
        "permit": found, "why": INVALID[why] if why else "", "doings": [(word, PERMIT[word].title) for word in words],
        "exams": found.exams.order_by("pk"), "surgery": queries.surgery_of(found), "line": line,
        "complications": found.complications.order_by("pk"), "sights": found.sights.order_by("pk"),
    }  # fmt: skip
    return render(request, "providers/permit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def do(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """办一件事 to one's own permit."""
    found = queries.get_own_permit(request.user, number)
    return typed(request, doing(PERMIT, what), found, found.number, redirect("providers:permit", found.number))


@login_required
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """本机构的申报: line by line with its state, its reason and what is to be given back."""
    page = queries.own_lines_page(request.user, after=request.GET.get("after", ""))
    return render(request, "providers/claims.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """答复退回、登记退费 for one's own line."""
    line = queries.get_own_line(request.user, pk)
    one = doing(OWN_LINE, what)
    thing = queries.open_refund(line) if one.on == "order" else line
    return typed(request, one, thing, line.permit.number, redirect("providers:claims"))


def typed(request: HttpRequest, one: Doing, thing: Any, about: Any, after: HttpResponse, **given: Any) -> HttpResponse:
    """One form, checked, done and answered; what the act refuses for its input stands at the fields."""
    form = one.form(request.POST if request.method == "POST" else None, **given)
    if request.method == "POST" and form.is_valid():
        try:
            one.act(**({one.on: thing} if one.on else {}), by=request.user, **form.values())
        except Refusal as refusal:
            if refusal.status not in (409, 422):
                raise
            form.take(refusal)
        else:
            messages.success(request, _("已保存。"))
            return after
    context = {"form": form, "title": one.title, "button": one.button, "kind": one.kind, "about": about}
    return render(request, "providers/form.html", context, status=422 if form.errors else 200)
