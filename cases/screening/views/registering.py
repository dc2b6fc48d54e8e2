"""Registering one person at a counter, in a village, at a site."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.screening import actions, offered, queries
from cases.screening.forms import PersonForm
from cases.screening.models import Campaign, Session
from cases.screening.views.campaigns import status_of, took


def chosen(request: HttpRequest, pk: int) -> tuple[Campaign, Session | None]:
    """The campaign, and the session that is chosen in the address."""
    found = queries.campaign_of(request.user, pk)
    return found, offered.chosen_session(request.user, found, request.GET.get("session", ""))


def address(name: str, pk: int, session: Session | None) -> str:
    return reverse(f"screening:{name}", args=[pk]) + (f"?session={session.pk}" if session else "")


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """登记一人; after that the same page for the next one."""
    found, session = chosen(request, pk)
    queries.register_area(request.user, session)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.register_person
        made = took(form, act, campaign=found, given=form.given(), session=session, by=request.user)
        if made is not None:
            messages.success(request, _("已登记，登记号是 %(number)s。") % {"number": made.number})
            return redirect(address("register", pk, session))
    context = {"form": form, "campaign": found, "session": session}
    return render(request, "screening/register.html", context, status=status_of(form))
