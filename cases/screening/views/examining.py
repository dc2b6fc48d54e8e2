"""The day of a session: its list, the next person, what was found, slip and letter; and who goes on to a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.calendar import clock
from cases.errors import NotFound
from cases.history.record import record_access
from cases.screening import actions, offered, queries, seen, slips
from cases.screening.forms import FindingsForm
from cases.screening.models import Registration, Result, Session
from cases.screening.views.campaigns import status_of, took
from project.pdf import render_pdf

PURPOSE = "筛查"


def _looked(request: HttpRequest, thing: Any, *fields: str) -> None:
    """Who is about to see whose names or findings is stored before the bytes leave."""
    record_access("read", object=thing, fields=list(fields), by=request.user, purpose=PURPOSE)


@login_required
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """一场的名单, in the order of the numbers; found by number, name or ID number."""
    found = queries.session_of(request.user, pk)
    words = request.GET.get("q", "")
    rows, after = seen.found_in(request.user, found, words, after=request.GET.get("after", ""))
    _looked(request, found, "name", "id_no")
    context = {
        "session": found, "campaign": found.campaign, "rows": seen.listed(request.user, rows, found), "after": after, "words": words,
        "shows_people": seen.knows(request.user, found), "examines": seen.examines(request.user, found), "progress": seen.progress(found),
    }  # fmt: skip
    return render(request, "screening/session.html", context)


@login_required
@require_safe
def following(request: HttpRequest, pk: int) -> HttpResponse:
    """下一位 without a result; the list when nobody is left."""
    found = queries.session_of(request.user, pk)
    _must_examine(request, found)
    after = request.GET.get("after", "")
    row = seen.next_person(found, int(after) if after.isdigit() and len(after) < 10 else 0)
    if row is None:
        messages.success(request, _("这一场都检查完了。"))
        return redirect("screening:session", pk=pk)
    return redirect("screening:person", token=row.token)


@login_required
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, token: UUID) -> HttpResponse:
    """一个人的检查: for the team to enter, for readers to see; after saving, slip and next person are one press away."""
    row = queries.registration_of(request.user, token)
    _must_know(request, row)
    result = seen.result_of(row)
    form = _form(request, row, result)
    if request.method == "POST" and form.is_valid():
        given = {"findings": form.findings(), "examined_on": form.cleaned_data["examined_on"]}
        if took(form, actions.record_result, registration=row, **given, by=request.user) is not None:
            messages.success(request, _("结果已保存。"))
            return redirect("screening:person", token=token)
    _looked(request, row, "name", "id_no", "findings")
    context = seen.card_of(request.user, row, result) | {"form": form}
    return render(request, "screening/person.html", context, status=status_of(form))


def _must_examine(request: HttpRequest, found: Session) -> None:
    if not seen.examines(request.user, found):
        raise NotFound()


def _must_know(request: HttpRequest, row: Registration) -> None:
    if not seen.knows_findings(request.user, row):
        raise NotFound()


def _form(request: HttpRequest, row: Registration, result: Result | None) -> FindingsForm:
    held = {**result.findings, "examined_on": result.examined_on} if result else {"examined_on": clock.today()}
    return FindingsForm(
        request.POST or None, kind=queries.kind_of(row.campaign), limits=row.campaign.thresholds, initial=held
    )


@login_required
@require_safe
def slip(request: HttpRequest, token: UUID) -> HttpResponse:
    """结果通知单 as PDF, in large letters."""
    return _letter(request, token, slips.slip)


@login_required
@require_safe
def referral(request: HttpRequest, token: UUID) -> HttpResponse:
    """转诊信 as PDF."""
    return _letter(request, token, slips.referral)


def _letter(request: HttpRequest, token: UUID, words: Any) -> HttpResponse:
    row = queries.registration_of(request.user, token)
    _must_know(request, row)
    result = seen.result_of(row)
    if result is None or (words is slips.referral and not result.is_referred):
        raise NotFound()
    _looked(request, row, "name", "id_no", "findings")
    made = render_pdf("letter", words(row, result, queries.kind_of(row.campaign)))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    answer["Content-Language"] = get_language() or "zh-hans"
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def fit(request: HttpRequest, pk: int) -> HttpResponse:
    """可以救助的人: who may go on to a case, and whose draft there is."""
    found = queries.campaign_of(request.user, pk)
    offered.must_refer(request.user)
    if request.method == "POST":
        row = seen.registration_by_key(request.user, found, request.POST.get("person", ""))
        case = actions.refer_into_cases(registration=row, by=request.user)
        messages.success(
            request, _("%(number)s 的草稿已建好，由%(who)s接着填。") % {"number": row.number, "who": case.owner.name}
        )
        return redirect("screening:fit", pk=pk)
    rows, after = seen.operable(request.user, found, after=request.GET.get("after", ""))
    _looked(request, found, "name")
    return render(request, "screening/fit.html", {"campaign": found, "rows": rows, "after": after})
