"""The pages of one case at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.access.queries import require
from cases.apply.actions import correct_account
from cases.apply.forms import CounterAccountForm
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence.queries import file_of
from cases.people.actions import may_give_account
from cases.text import is_key
from project.preferences import number_keys
from workflows import actions
from workflows.actions.papers import check_paper as check
from workflows.desk.casefile import deciding, papers
from workflows.desk.casefile.actions import add_redacted, remove_redacted
from workflows.desk.casefile.filling import beside, decision_form
from workflows.desk.casefile.forms import RedactedForm, ShowForm, TerminateForm
from workflows.desk.casefile.opening import item_of, open_file, open_whole
from workflows.desk.casefile.queries import File
from workflows.desk.casefile.tabs import BUILDERS
from workflows.desk.casefile.veiled import veiled
from workflows.desk.hand_forms import PriorityForm, PutOffForm, RecuseForm, ReleaseForm, TakeOverForm
from workflows.desk.staffing.forms import ExcludeForm
from workflows.desk.trail import Trail

PANELS = {**BUILDERS, "veiled": veiled}


def _open(request: HttpRequest, number: str, opens: Callable[[Any, str], File] = open_file) -> File:
    found = opens(request.user, number)
    found.trail, found.opened = Trail.of(request), request.GET.get("paper", "")
    return found


def _address(found: File, tab: str = "") -> str:
    home = reverse("case:tab", args=[found.case.number, tab]) if tab else reverse("case:home", args=[found.case.number])
    return home + found.trail.query


def _page(request: HttpRequest, found: File, tab: str = "", **extra: Any) -> HttpResponse:
    tab = found.tab(tab)
    tabs = [
        {"label": words, "href": _address(found, name), "current": name == tab} for name, words in found.tabs.items()
    ]
    form = extra.pop("form", None) or decision_form(found)
    context = {
        "file": found,
        "case": found.case,
        "tabs": tabs,
        "tab": tab,
        "form": form,
        **(beside(found) if form is not None else {}),
        **_small_forms(),
        "panel": f"desk/tabs/{tab}.html",
        "number_keys": number_keys(request),
        **PANELS[tab](found),
        **extra,
    }
    return render(request, "desk/case.html", context)


def _small_forms() -> dict[str, Any]:
    return {
        "release": ReleaseForm(), "takeover": TakeOverForm(), "recuse": RecuseForm(), "show": ShowForm(),
        "redacted": RedactedForm(), "priority": PriorityForm(), "put_off": PutOffForm(), "exclude": ExcludeForm(),
    }  # fmt: skip


@login_required
@require_GET
def tab(request: HttpRequest, number: str, name: str = "") -> HttpResponse:
    """One tab of a case."""
    found = _open(request, number)
    found.enter(clock.now())
    return _page(request, found, name)


@login_required
@require_POST
def show(request: HttpRequest, number: str) -> HttpResponse:
    """显示: store who wants to see what and why, then show it; only on this one page."""
    found = _open(request, number, open_whole)
    form = ShowForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择查看的用途。"))
        return redirect("case:home", number)
    part = form.cleaned_data["part"]
    if part == "account" and not found.may_see_account:
        raise Refusal(_("您的岗位不看收款账户。"), code="no_account")
    found.look(part, purpose=form.words)
    found.shown = frozenset([part])
    return _page(request, found, form.tab)


@login_required
@require_POST
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """领取 this one."""
    found = _open(request, number)
    actions.claim(**_shown(request, found))
    return redirect(_address(found))


@login_required
@require_POST
def check_paper(request: HttpRequest, number: str) -> HttpResponse:
    """核对材料: mark one paper, then look at the next."""
    found, code = _open(request, number, open_whole), request.POST.get("code", "")
    try:
        verdict, reason = request.POST.get("verdict", ""), request.POST.get("reason", "")
        check(**_shown(request, found), code=code, verdict=verdict, reason=reason)
    except Invalid as fault:
        found.opened = code
        return _page(request, found, "materials", faults=list(fault.fields.values()))
    return redirect(papers.paper_address(found, papers.following(found, code) or code))


@login_required
@require_POST
def release(request: HttpRequest, number: str) -> HttpResponse:
    """释放 with a reason."""
    found = _open(request, number)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, release=form)
    actions.release(**_shown(request, found), reason=form.cleaned_data["reason"])
    messages.success(request, _("已释放，回到待领取。"))
    return redirect(found.trail.address)


@login_required
@require_POST
def recuse(request: HttpRequest, number: str) -> HttpResponse:
    """申请回避 with a reason."""
    found = _open(request, number)
    form = RecuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, recuse=form)
    actions.recuse(**_shown(request, found), reason=form.cleaned_data["reason"])
    messages.success(request, _("已回避，这件不再由您办理。"))
    return redirect(found.trail.address)


@login_required
@require_POST
def take_over(request: HttpRequest, number: str) -> HttpResponse:
    """接手 what a colleague holds, with a reason that he is shown."""
    found = _open(request, number)
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        return _page(request, found, "application", takeover=form)
    actions.take_over(**_shown(request, found), reason=form.cleaned_data["reason"])
    messages.success(request, _("已接手，原来的同事会看到原因。"))
    return redirect(_address(found))


@login_required
@require_POST
def put_off(request: HttpRequest, number: str) -> HttpResponse:
    """搁置 until a day, with a reason."""
    found = _open(request, number)
    form = PutOffForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.put_off(**_shown(request, found), until=given["until"], reason=given["put_off_reason"])
            messages.success(request, _("已搁置，到那天会回到“我的”。"))
            return redirect(found.trail.address)
        except Invalid as fault:
            form.add_error("until", fault.fields.get("until", fault.reason))
    return _page(request, found, put_off=form)


@login_required
@require_POST
def priority(request: HttpRequest, number: str) -> HttpResponse:
    """改优先 of the open step, by a head, with a reason."""
    found = _open(request, number, open_whole)
    require(request.user, actions.LEAD, found.case.handling_code)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        return _page(request, found, priority=form)
    given = form.cleaned_data
    try:
        actions.set_priority(**_shown(request, found), days=given["days"], reason=given["priority_reason"])
    except Invalid as fault:
        form.add_error("days", fault.fields.get("days", fault.reason))
        return _page(request, found, priority=form)
    messages.success(request, _("优先已改，原因记在经办记录里。"))
    return redirect(_address(found))


@login_required
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """办理意见: the form, the check page, then the decision."""
    already = deciding.decided_by(request.user, _number(request, "item"), request.POST.get("outcome", ""))
    if already is not None:
        messages.info(request, _("这一步您刚才已经办结，没有重复提交。"))
        return redirect(deciding.home_of(request.user, already.case))
    found = _open(request, number)
    if request.method != "POST":
        return _page(request, found)
    answer = deciding.answer(found, request.POST, request.FILES)
    if answer.kind == "decided":
        messages.success(request, _("已办结：%(step)s。") % {"step": found.step.title})
        return redirect(deciding.next_address(found, request.POST.get("phase") == "next"))
    if answer.kind == "check":
        return render(request, "desk/check.html", {"file": found, "case": found.case, **answer.context})
    return _page(request, found, form=answer.form)


@login_required
def account(request: HttpRequest, number: str) -> HttpResponse:
    """柜台代录: another account for a person at the counter; another clerk checks it by phone before money moves."""
    found = _open(request, number, open_whole)
    may_give_account(case=found.case, by=request.user)
    form = CounterAccountForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST":
        try:
            correct_account(case=found.case, by=request.user, **form.given())
            messages.success(request, _("已代录新账户，等另一位同事电话核对。"))
            return redirect("case:home", number)
        except Invalid as fault:
            form.refuse(fault)
    context = {"file": found, "case": found.case, "form": form}
    return render(request, "desk/account.html", context, status=422 if form.is_bound and form.errors else 200)


@login_required
def terminate(request: HttpRequest, number: str) -> HttpResponse:
    """终止 a case outside its road."""
    found = _open(request, number, open_whole)
    require(request.user, "case.terminate", found.case.handling_code)
    form = TerminateForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.terminate(case=found.case, reasons=given["reasons"], opinion=given["opinion"], by=request.user)
        messages.success(request, _("已终止办理。"))
        return redirect("case:home", number)
    return render(request, "desk/terminate.html", {"file": found, "case": found.case, "form": form})


@login_required
@require_POST
def redact(request: HttpRequest, number: str) -> HttpResponse:
    """传遮盖件."""
    found = _open(request, number, open_whole)
    form = RedactedForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            add_redacted(item=_item(request, found), upload=form.cleaned_data["file"], by=request.user)
            messages.success(request, _("遮盖件已收到。请再看一遍，确认没有露出姓名和号码。"))
            return redirect("case:tab", number, "materials")
        except Invalid as fault:
            form.add_error("file", fault.fields.get("file", fault.reason))
    return _page(request, found, "materials", redacted=form)


@login_required
@require_POST
def unredact(request: HttpRequest, number: str, token: UUID) -> HttpResponse:
    """撤下遮盖件."""
    found = _open(request, number, open_whole)
    file = file_of(found.case, token)
    if file is None:
        raise NotFound()
    remove_redacted(item=_item(request, found), file=file, by=request.user)
    messages.success(request, _("遮盖件已撤下。"))
    return redirect("case:tab", number, "materials")


def _item(request: HttpRequest, found: File) -> Any:
    return item_of(found, _number(request, "item")) or found.item or 0


def _shown(request: HttpRequest, found: File) -> dict[str, Any]:
    """The work that the page showed, at the version that it showed, and who acts."""
    return {"item": _item(request, found), "row_version": _number(request, "row_version"), "by": request.user}


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.POST.get(name, "")
    return int(value) if is_key(value) else None
