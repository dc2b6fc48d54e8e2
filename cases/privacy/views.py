"""What the person sees and asks about the own data, and where the two officers decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.dossier.queries import my_draft
from cases.errors import Invalid
from cases.history.record import record_access
from cases.privacy import actions, queries
from cases.privacy.forms import AnswerForm, AskForm, HoldForm
from cases.privacy.models import PrivacyRequest
from cases.signin import signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: UUID) -> HttpResponse:
    """我的个人信息: what I asked and what became of it, the copy, and the form to ask."""
    case = my_draft(request.user, token)
    rows = queries.requests_of(request.user, case)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(case=case, by=request.user, **form.cleaned_data)
        except Invalid as fault:
            form.refuse(fault)
        else:
            messages.success(request, _("已经收到。办好以后这里能看到。"))
            return redirect("privacy:mine", token=token)
    back = reverse("dossier:case", args=[case.number]) if case.number else ""
    context = {"case": case, "rows": rows, "form": form, "is_erased": queries.is_erased(case), "back_href": back}
    return render(request, "privacy/mine.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def copy(request: HttpRequest, token: UUID) -> HttpResponse:
    """下载我的信息: all of it in one file; that it was taken is stored before it leaves."""
    case = my_draft(request.user, token)
    told = queries.own_copy(request.user, case)
    record_access("read", object=case, fields=["all"], by=request.user, case_id=case.pk, purpose="own copy")
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer.headers["Content-Disposition"] = f'attachment; filename="{case.number or "draft"}.json"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """待办的个人信息请求, the oldest first."""
    page = queries.in_turn(request.user, request.GET.get("after", ""))
    return render(request, "privacy/requests.html", {"rows": page.rows, "after": page.after})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, what keeps the data, and the answer."""
    found = queries.request_for(request.user, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.answer(request=found, by=request.user, **form.cleaned_data)
        messages.success(request, _("已答复。"))
        return redirect("privacy:requests")
    return _shown(request, found, form=form)


@login_required
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """提请删除: the first person."""
    actions.propose(request=queries.request_for(request.user, pk), by=request.user)
    messages.success(request, _("已提请。依法要保存的先限制处理，其余等第二个人确认。"))
    return redirect("privacy:one", pk=pk)


@login_required
@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """确认删除: the second person."""
    actions.erase(request=queries.request_for(request.user, pk), by=request.user)
    messages.success(request, _("已删除。留痕仍然完整。"))
    return redirect("privacy:one", pk=pk)


@login_required
@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """保全."""
    found = queries.request_for(request.user, pk)
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            actions.hold(case=found.case, by=request.user, **form.cleaned_data)
        except Invalid as fault:
            form.refuse(fault)
        else:
            messages.success(request, _("已保全。"))
            return redirect("privacy:one", pk=pk)
    return _shown(request, found, hold_form=form)


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """解除保全."""
    actions.release(hold=queries.hold_for(request.user, pk), by=request.user)
    messages.success(request, _("已解除。"))
    return redirect("privacy:requests")


def _shown(request: HttpRequest, found: PrivacyRequest, **forms: Any) -> HttpResponse:
    record_access("read", object=found, fields=["words"], by=request.user, case_id=found.case_id, purpose="privacy")
    shown = {
        "one": found, "holds": queries.holds_of(found.case), "placed": queries.holds_placed(found.case),
        "form": AnswerForm(), "hold_form": HoldForm(),
    } | forms  # fmt: skip
    wrong = next((form for form in forms.values() if form.errors), None)
    return render(request, "privacy/one.html", shown | {"wrong": wrong}, status=422 if wrong else 200)
