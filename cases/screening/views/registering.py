"""Registering one person, or a village from a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.screening import actions, offered, queries
from cases.screening import template as sheets
from cases.screening.forms import PersonForm, SheetForm
from cases.screening.models import Campaign, Session
from cases.screening.trying import examine
from cases.screening.views.campaigns import status_of, took
from cases.sheet_pages import shown_faults, workbook
from cases.sheets import MOST_BYTES, digest


def _where(request: HttpRequest, pk: int) -> tuple[Campaign, Session | None]:
    """The campaign, and the session that is chosen in the address; who may not register there is refused."""
    found = queries.campaign_of(request.user, pk)
    session = offered.chosen_session(request.user, found, request.GET.get("session", ""))
    queries.register_area(request.user, session)
    return found, session


def _address(name: str, pk: int, session: Session | None) -> str:
    return reverse(f"screening:{name}", args=[pk]) + (f"?session={session.pk}" if session else "")


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """登记一人; after that the same page for the next one."""
    found, session = _where(request, pk)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.register_person
        made = took(form, act, campaign=found, given=form.given(), session=session, by=request.user)
        if made is not None:
            messages.success(request, _("已登记，登记号是 %(number)s。") % {"number": made.number})
            return redirect(_address("register", pk, session))
    context = {"form": form, "campaign": found, "session": session}
    return render(request, "screening/register.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """表格登记: try a spreadsheet, see its faults by cell, import it; and how far each import is."""
    found, session = _where(request, pk)
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"campaign": found, "session": session, "form": form}
    if request.method == "POST" and form.is_valid():
        if request.POST.get("way") != "import":
            took(
                form,
                _try,
                request=request,
                campaign=found,
                session=session,
                file=form.cleaned_data["file"],
                context=context,
            )
        elif _imported(request, found, session, form):
            return redirect(_address("sheet", pk, session))
    context["imports"] = queries.imports(request.user, found)
    return render(request, "screening/sheet.html", context, status=status_of(form))


def _try(*, request: HttpRequest, campaign: Campaign, session: Session | None, file: Any, context: Any) -> bool:
    data = file.read(MOST_BYTES + 1)
    tried = examine(request.user, campaign, session, data)
    context |= {"tried": tried, **shown_faults(tried.faults)}
    context["form"] = SheetForm(initial={"tried": "" if tried.faults else digest(data)})
    return True


def _imported(request: HttpRequest, campaign: Campaign, session: Session | None, form: SheetForm) -> bool:
    data = form.cleaned_data["file"].read(MOST_BYTES + 1)
    tried = form.cleaned_data["tried"]
    made = took(
        form, actions.begin_import, campaign=campaign, session=session, data=data, tried_sha256=tried, by=request.user
    )
    if made is None:
        return False
    messages.success(request, _("正在登记 %(rows)s 人。全部登记完才会显示，请稍后刷新。") % {"rows": made.rows})
    return True


@login_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """下载登记表模板."""
    queries.must_take_part(request.user)
    return workbook(sheets.template(), "register.xlsx")
