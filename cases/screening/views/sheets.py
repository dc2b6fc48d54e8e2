"""Registrations and results from a spreadsheet: try it, see its faults by cell, import it, and see how far each import is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.history.record import record_access
from cases.screening import actions, queries, trying
from cases.screening import template as blanks
from cases.screening.forms import SheetForm
from cases.screening.models import Campaign, Session
from cases.screening.views.campaigns import status_of, took
from cases.screening.views.registering import address, chosen
from cases.sheet_pages import shown_faults, workbook
from cases.sheets import MOST_BYTES, digest


@dataclass(frozen=True)
class Paper:
    """What kind of sheet a page takes: its name in the addresses, its words, and what tries and takes it."""

    kind: str
    name: str
    title: Any
    begun: Any
    known: Any
    examine: Callable[..., Any]
    begin: Callable[..., Any]


REGISTER = Paper(
    "register", "sheet", gettext_lazy("用表格登记"), gettext_lazy("正在登记 %(rows)s 人。全部登记完才会显示，请稍后刷新。"),
    gettext_lazy("在此期间已由别处登记的人数"), trying.examine, actions.begin_import,
)  # fmt: skip
RESULTS = Paper(
    "results", "results", gettext_lazy("用表格录入结果"), gettext_lazy("正在保存 %(rows)s 人的结果。全部存好才会显示，请稍后刷新。"),
    gettext_lazy("在此期间已另有结果的人数"), trying.examine_results, actions.begin_results,
)  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """表格登记: people of a village or a session."""
    found, session = chosen(request, pk)
    queries.register_area(request.user, session)
    return _page(request, found, session, REGISTER)


@login_required
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """表格录入结果: what the team found, for the people of its sessions."""
    found, session = chosen(request, pk)
    queries.team_of(request.user, found)
    return _page(request, found, session, RESULTS)


def _page(request: HttpRequest, found: Campaign, session: Session | None, paper: Paper) -> HttpResponse:
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"campaign": found, "session": session, "paper": paper, "form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read(MOST_BYTES + 1)
        given = {"campaign": found, "session": session, "data": data}
        if request.POST.get("way") != "import":
            took(form, _try, viewer=request.user, **given, paper=paper, context=context)
        else:
            made = took(form, paper.begin, **given, tried_sha256=form.cleaned_data["tried"], by=request.user)
            if made is not None:
                messages.success(request, paper.begun % {"rows": made.rows})
                return redirect(address(paper.name, found.pk, session))
    context["imports"] = queries.imports(request.user, found, paper.kind)
    context["template_url"] = address(f"{paper.name}_template", found.pk, session)
    return render(request, "screening/sheet.html", context, status=status_of(form))


def _try(
    *, viewer: Any, campaign: Campaign, session: Session | None, data: bytes, paper: Paper, context: dict[str, Any]
) -> bool:
    tried = paper.examine(viewer, campaign, session, data)
    context |= {"tried": tried, **shown_faults(tried.faults)}
    context["form"] = SheetForm(initial={"tried": "" if tried.faults else digest(data)})
    return True


@login_required
@require_safe
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """下载登记表模板."""
    queries.campaign_of(request.user, pk)
    return workbook(blanks.register(), "register.xlsx")


@login_required
@require_safe
def results_template(request: HttpRequest, pk: int) -> HttpResponse:
    """下载结果表, with number and name of everybody of the team who has no result yet."""
    found, session = chosen(request, pk)
    rows = trying.without_result(request.user, found, session)
    record_access("read", object=session or found, fields=["name"], by=request.user, purpose=gettext_lazy("筛查"))
    return workbook(blanks.results(queries.kind_of(found), rows), "results.xlsx")
