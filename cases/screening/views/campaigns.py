"""Campaigns: the list, a new one, its page with quotas and sessions, its funnel, and where people may go, for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.access.queries import may
from cases.errors import Refusal
from cases.screening import actions, offered, queries
from cases.screening import funnel as funnels
from cases.screening.forms import CampaignForm, QuotaForm, SessionForm
from cases.screening.models import Campaign
from project.forms import ReliefForm


def took(form: ReliefForm, act: Any, **given: Any) -> Any:
    """Do it with what the form holds; what is refused of the input stands in the form, and None comes back."""
    try:
        return act(**given)
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        form.take(refusal)
        return None


def status_of(*forms: ReliefForm) -> int:
    """The status of a page with these forms."""
    return 422 if any(form.is_bound and form.errors for form in forms) else 200


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """筛查活动, newest first."""
    context = {
        "campaigns": queries.campaigns(request.user)[:100],
        "may_plan": may(request.user, queries.PLAN, queries.PROVINCE) is not None,
    }
    return render(request, "screening/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """计划筛查."""
    offered.must_plan(request.user)
    programmes = [(card.slug, card.name) for card in queries.screened_programmes()]
    form = CampaignForm(request.POST or None, programmes=programmes)
    if request.method == "POST" and form.is_valid():
        made = took(form, actions.plan_campaign, **form.cleaned_data, by=request.user)
        if made is not None:
            messages.success(request, _("已建立筛查活动，请分配名额。"))
            return redirect("screening:campaign", pk=made.pk)
    return render(request, "screening/new.html", {"form": form}, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: its quotas by county, its sessions, and what the reader may do in it."""
    found = queries.campaign_of(request.user, pk)
    form = QuotaForm(request.POST if request.POST.get("way") == "quota" else None, counties=offered.counties())
    if request.method == "POST" and _done(request, found, form):
        return redirect("screening:campaign", pk=pk)
    context = {
        "campaign": found, "quotas": offered.quotas(request.user, found), "sessions": queries.sessions(request.user, found),
        "may": offered.rights_in(request.user), "form": form, "limits": offered.limits_of(found),
    }  # fmt: skip
    return render(request, "screening/campaign.html", context, status=status_of(form))


def _done(request: HttpRequest, found: Campaign, form: QuotaForm) -> bool:
    way = request.POST.get("way")
    if way == "announce":
        code = request.POST.get("county", "")
        actions.announce_campaign(campaign=found, county_code=code, by=request.user)
        messages.success(request, _("已公告，可以登记了。"))
        return True
    if way == "close":
        actions.close_campaign(campaign=found, by=request.user)
        messages.success(request, _("这次筛查已经结束。"))
        return True
    if not form.is_valid():
        return False
    return took(form, actions.set_quota, campaign=found, **form.cleaned_data, by=request.user) is not None


@login_required
@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """安排场次."""
    found = queries.campaign_of(request.user, pk)
    code = offered.arranging_area(request.user)
    form = SessionForm(request.POST or None, places=offered.places(code), teams=queries.teams(code))
    if request.method == "POST" and form.is_valid():
        made = took(form, actions.arrange_session, campaign=found, **form.cleaned_data, by=request.user)
        if made is not None:
            messages.success(request, _("已安排场次。"))
            return redirect("screening:campaign", pk=pk)
    return render(request, "screening/arrange.html", {"form": form, "campaign": found}, status=status_of(form))


@login_required
@require_safe
def funnel(request: HttpRequest, pk: int) -> HttpResponse:
    """筛查漏斗: a picture of the whole, and a table by county."""
    found = queries.campaign_of(request.user, pk)
    rows = funnels.funnel(request.user, found)
    context = {
        "campaign": found,
        "rows": rows,
        "stages": funnels.STAGES.values(),
        "bars": rows[0].bars(),
        "height": funnels.HEIGHT,
    }
    return render(request, "screening/funnel.html", context)


@require_safe
def where(request: HttpRequest) -> HttpResponse:
    """哪里可以筛查: days and sites that the counties have announced, for everybody, without signing in."""
    context = {"sessions": offered.public_sessions(), "results": funnels.public_results(), "back_href": "/"}
    return render(request, "screening/where.html", context)
