"""The papers of a draft (材料): the list, one paper with its files by camera, and the next one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.apply.forms import PaperForm
from cases.apply.views.draft import home_of
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import my_draft
from cases.errors import Invalid
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.evidence.queries import file_of, paper, papers
from cases.signin import signed_in


@signed_in
def materials(request: HttpRequest, token: UUID) -> HttpResponse:
    """材料: every paper that this case needs, with what was given."""
    case = my_draft(request.user, token)
    if case.state != "DRAFT":
        return redirect("dossier:case", number=case.number)
    listed = papers(case, today=clock.today())
    context = {"case": case, "papers": listed, "back_href": home_of(request, case)}
    return render(request, "dossier/materials.html", context)


@signed_in
def material(request: HttpRequest, token: UUID, code: str) -> HttpResponse:
    """交一样材料: camera first; stays on the page for the next photo, and 下一件 leads to the next paper."""
    case = my_draft(request.user, token)
    form = PaperForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, case, code)
    if request.method == "POST" and form.is_valid():
        try:
            file = evidence.add_file(case=case, material_code=code, upload=form.cleaned_data["file"], by=request.user)
        except Invalid as fault:
            form.add_error("file", str(fault.reason))
        else:
            messages.success(request, _added(file))
            return redirect(request.get_full_path())
    today = clock.today()
    shown = paper(case, code, today=today)
    context = {
        "case": case, "paper": shown, "form": form, "following": _following(case, code, today),
        "back_href": _papers_of(request, case), "may_remove": case.state == "DRAFT",
    }  # fmt: skip
    return render(request, "dossier/material.html", context, status=422 if form.errors else 200)


def _added(file: MaterialFile) -> str:
    if file.kind == "pdf":
        return _("收到了，一共 %(pages)s 页。") % {"pages": file.pages}
    return _("收到了。")


def _remove(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    try:
        token = UUID(request.POST.get("remove", ""))
    except ValueError:
        raise Http404 from None
    file = file_of(case, token)
    if file is None:
        raise Http404
    evidence.remove_file(case=case, file=file, by=request.user)
    messages.success(request, _("已经删掉。"))
    return redirect("dossier:material", token=case.token, code=code)


def _following(case: Case, code: str, today: Any) -> Any:
    """The next paper that was not given yet."""
    if case.state != "DRAFT":
        return None
    listed = papers(case, today=today)
    at = next((index for index, one in enumerate(listed) if one.code == code), -1)
    return next((one for one in listed[at + 1 :] + listed[:at] if not one.is_given), None)


def _papers_of(request: HttpRequest, case: Case) -> str:
    return reverse("dossier:materials", args=[case.token]) if case.state == "DRAFT" else home_of(request, case)
