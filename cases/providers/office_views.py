"""The office's pages: claims to phone about and to check, providers with their open permits, moving a permit."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.access.queries import may
from cases.errors import NotFound
from cases.providers import queries
from cases.providers.costs import awarded, faults
from cases.providers.doings import LINE, OFFICE_PERMIT, PROVIDER, REGISTER, doing
from cases.providers.rules import FAULTS
from cases.providers.views import typed
from cases.regions.queries import grouped

NEXT = {"registered": "check", "active": "suspend", "suspended": "resume"}


@login_required
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """费用核对: the claim lines of one's area, those that wait first."""
    page = queries.lines_page(request.user, after=request.GET.get("after", ""))
    return render(request, "providers/lines.html", {"page": page})


@login_required
@require_GET
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """一行申报: costs, what stands against it, what the calculator leaves, the calls and refunds."""
    one = queries.get_line(request.user, pk)
    code = one.case.handling_code
    context = {
        "line": one, "faults": [FAULTS[code] for code in faults(one)], "awarded": awarded(one),
        "calls": one.calls.order_by("pk"), "refunds": one.refunds.order_by("pk"),
        "may_call": may(request.user, "claim.verify", code) and one.state in ("filed", "blocked"),
        "may_check": may(request.user, "claim.check", code) and one.state not in ("filed", "accepted", "refused"),
    }  # fmt: skip
    return render(request, "providers/line.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """电话核实、认可、退回 one line."""
    one = queries.get_line(request.user, pk)
    return typed(request, doing(LINE, what), one, one.permit.number, redirect("providers:line", one.pk))


@login_required
@require_GET
def providers(request: HttpRequest) -> HttpResponse:
    """定点机构: those in or over one's area."""
    found = queries.watched_providers(request.user)
    may_add = bool(queries.managed_areas(request.user))
    return render(request, "providers/providers.html", {"providers": found, "may_add": may_add})


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """登记定点机构: a hospital or fitting centre under contract; a second person confirms it on its page."""
    areas = queries.managed_areas(request.user)
    if not areas:
        raise NotFound()
    places = grouped(areas, levels=("province", "city", "county"), english=get_language() == "en")
    return typed(
        request, REGISTER, None, _("须由另一个人核对后才能接收患者"), redirect("providers:providers"), places=places
    )


@login_required
@require_GET
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    """一家定点机构: contract, account, prices, and its open permits, which are moved while it is suspended."""
    one = queries.get_watched(request.user, pk)
    place = one.office.division_code
    right = {"account": "provider.manage", "price": "provider.manage", "confirm": "provider.confirm"}
    right[NEXT[one.state]] = "provider.confirm"
    open_to = [word for word in PROVIDER if word in right and may(request.user, right[word], place)]
    context = {
        "provider": one, "prices": one.prices.filter(ends_on=None).order_by("code"),
        "doings": [(word, PROVIDER[word].title) for word in open_to],
        "permits": queries.open_permits(request.user, one),
    }  # fmt: skip
    return render(request, "providers/provider.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """账户、价目、暂停、恢复 of one provider."""
    one = queries.get_watched(request.user, pk)
    return typed(request, doing(PROVIDER, what), one, one.name, redirect("providers:provider", one.pk))


@login_required
@require_http_methods(["GET", "POST"])
def permit(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """改派、不再做 for a permit of a case of one's area."""
    found = queries.get_office_permit(request.user, number)
    one = doing(OFFICE_PERMIT, what)
    more = {"permit": found} if what == "move" else {}
    return typed(request, one, found, found.number, redirect("providers:provider", found.provider_id), **more)
