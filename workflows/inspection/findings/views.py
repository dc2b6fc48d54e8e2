"""The pages of findings, for inspectors and for whom they inspect: lists, one finding, its letter, the folder of a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access.queries import get_case
from cases.calendar import clock
from cases.errors import Invalid
from cases.evidence.views import sent
from workflows.inspection.findings import actions, queries
from workflows.inspection.findings.forms import FindingForm, NoteForm, ReviseForm, StepForm
from workflows.inspection.findings.stepping import take
from workflows.inspection.queries import get_inspected, require_inspection


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """问题: all of them for inspectors; for an office those that it has to put right."""
    name = request.GET.get("list", "") or "open"
    case = request.GET.get("case", "")
    lines, page = queries.page_of(request.user, name, case=case, after=request.GET.get("after", ""))
    tabs = [
        {"label": words, "href": f"{reverse('findings:home')}?list={key}", "current": key == name}
        for key, words in queries.LISTS.items()
    ]
    return render(request, "findings/home.html", {"lines": lines, "page": page, "tabs": tabs, "case": case})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """提出问题; an address may bring along case, event, hit and sample."""
    require_inspection(request.user)
    given = {
        "case": request.GET.get("case", ""), "events": request.GET.get("event", ""), "hit": request.GET.get("hit", ""),
        "sample": request.GET.get("sample", ""), "days": 15, "severity": "minor",
    }  # fmt: skip
    form = FindingForm(request.POST) if request.method == "POST" else FindingForm(initial=given)
    if form.is_valid():
        number = form.cleaned_data["case"]
        case = get_case(request.user, number) if number else None
        try:
            made = actions.draft(case=case, by=request.user, **form.whole())
            return redirect("findings:finding", made.pk)
        except Invalid as fault:
            form.refuse(fault)
    return render(request, "findings/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """修改 a draft."""
    require_inspection(request.user)
    found = queries.opened(request.user, pk)
    names = ("severity", "title", "facts", "clause", "days")
    initial = {name: getattr(found.finding, name) for name in names}
    form = ReviseForm(request.POST) if request.method == "POST" else ReviseForm(initial=initial)
    if form.is_valid():
        try:
            actions.revise(finding=found.finding, by=request.user, **form.words())
            return redirect("findings:finding", pk)
        except Invalid as fault:
            form.refuse(fault)
    context = {"form": form, "finding": found.finding}
    return render(request, "findings/new.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, found: queries.Opened, form: StepForm) -> HttpResponse:
    context = {"found": found, "finding": found.finding, "form": form}
    return render(request, "findings/finding.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """一个问题, by the address that stays."""
    found = queries.opened(request.user, pk)
    return _page(request, found, StepForm(ways=found.ways))


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """发出、答复、整改、复查、退回、销号、撤回."""
    found = queries.opened(request.user, pk)
    form = StepForm(request.POST, request.FILES, ways=found.ways)
    if form.is_valid():
        try:
            take(found.finding, by=request.user, **form.cleaned_data)
            messages.success(request, _("已记下这一步。"))
            return redirect("findings:finding", pk)
        except Invalid as fault:
            form.refuse(fault)
    return _page(request, found, form)


@login_required
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """整改通知书, to print and stamp."""
    found = queries.opened(request.user, pk)
    return render(request, "findings/letter.html", {"found": found, "finding": found.finding, "now": clock.now()})


@login_required
@require_safe
def file(request: HttpRequest, pk: int, token: UUID) -> HttpResponse:
    """看附件; the look is stored before the bytes leave."""
    row = queries.file_of(request.user, pk, token)
    return sent(
        row.token, row.path, name=f"finding-{pk}-{row.number}", kind=row.kind, as_download="download" in request.GET
    )


def _folder(request: HttpRequest, number: str, form: NoteForm) -> HttpResponse:
    case = get_inspected(request.user, number)
    lines, notes = queries.folder(request.user, case)
    context: dict[str, Any] = {"case": case, "lines": lines, "notes": notes, "form": form}
    return render(request, "findings/folder.html", context, status=422 if form.errors else 200)


@login_required
def folder(request: HttpRequest, number: str) -> HttpResponse:
    """检查卷 of a case: what was found, and what inspectors note for themselves."""
    require_inspection(request.user)
    form = NoteForm(request.POST) if request.method == "POST" else NoteForm()
    if form.is_valid():
        actions.note(case=get_case(request.user, number), text=form.cleaned_data["text"], by=request.user)
        return redirect("findings:folder", number)
    return _folder(request, number, form)
