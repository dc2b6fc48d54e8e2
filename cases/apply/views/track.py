"""After sending: receipt, progress with and without signing in, supplying papers, another account, withdrawing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.access.looks import visits, who_looked
from cases.apply import actions as tracking
from cases.apply import queries
from cases.apply.forms import AccountForm, ReasonForm, TrackForm
from cases.apply.said import standing_facts
from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.consent.queries import standing as consents_of
from cases.dossier import actions
from cases.dossier.models import Case
from cases.dossier.queries import agent_areas, kept_until, my_case, my_cases, opened_case, policies_in_force
from cases.errors import Invalid, Refusal
from cases.evidence import actions as evidence
from cases.evidence.following import is_idle, missing_items
from cases.evidence.models import Supplement, SupplementItem
from cases.evidence.queries import may_extend, open_supplement, papers
from cases.evidence.rules import FOLLOWS, sketch
from cases.notices.queries import my_letters, sent_to
from cases.people.actions import REPAIRING
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.programme import programme
from cases.publicity.queries import WITH_NOTICE
from cases.signin import OPENED, signed_in
from cases.states import OPEN_STATES
from project.faults import too_many


@signed_in
def my(request: HttpRequest) -> HttpResponse:
    """我的申请, and for a village worker the people of the village: those who must do something come first."""
    rows = list(my_cases(request.user).prefetch_related("work_items", *WITH_NOTICE)[:200])
    policies = policies_in_force(clock.today())
    listed = [
        (
            case, queries.standing(case), programme(case.programme).name, queries.is_turn_of(request.user, case),
            kept_until(case, policies.get(case.programme)),
        )
        for case in rows
    ]  # fmt: skip
    listed.sort(key=lambda one: not one[3])
    context = {"cases": listed, "is_agent": bool(agent_areas(request.user)), "back_href": "/"}
    return render(request, "dossier/my.html", context)


@signed_in
def done(request: HttpRequest, number: str) -> HttpResponse:
    """提交成功: number, dated next step, phone, the receipt as a letter; the paper code is shown this once."""
    case = my_case(request.user, number)
    letters = [letter for letter in my_letters(case, as_helper=_is_helper(request, case)) if letter.code == "N01"]
    context = {
        "case": case, "standing": queries.standing(case), "letter": letters[-1] if letters else None,
        "sent_to": sent_to(case, "N01"),
        "paper_code": request.session.pop(f"paper_code:{number}", ""),
        "track_address": request.build_absolute_uri(f"{reverse('dossier:track')}?{urlencode({'number': number})}"),
    }  # fmt: skip
    return render(request, "dossier/done.html", context)


def track(request: HttpRequest) -> HttpResponse:
    """查进度 without signing in: five steps, next date and phone only; wrong number and wrong digits look the same."""
    form = TrackForm(
        request.POST if request.method == "POST" else None, initial={"number": request.GET.get("number", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            case, with_code = tracking.look_up(place=_place(request), by=_somebody(request), **form.cleaned_data)
        except Refusal as refusal:
            if refusal.code != "too_many":
                raise
            return too_many(request, wait=str(refusal.reason))
        if case is None:
            form.add_error(None, _("没有查到。请核对编号和身份证号最后四位，或打电话问。"))
        elif with_code:
            request.session[OPENED] = [*request.session.get(OPENED, [])[-4:], case.paper_code_key]
            return redirect("dossier:case", number=case.number)
        else:
            context = {"number": case.number, "standing": queries.standing(case), "back_href": "/track"}
            return render(request, "dossier/progress.html", context)
    return render(request, "dossier/track.html", {"form": form, "back_href": "/"}, status=422 if form.errors else 200)


def _place(request: HttpRequest) -> str:
    return hashlib.sha256(str(request.META.get("REMOTE_ADDR", "")).encode()).hexdigest()


def _somebody(request: HttpRequest) -> Any:
    return request.user if request.user.is_authenticated else None


@dataclass(frozen=True)
class Door:
    """How this reader came to a case: signed in (may act) or by the paper code (may read)."""

    case: Case
    viewer: Any
    may_act: bool


def _door(request: HttpRequest, number: str) -> Door | None:
    """The case for somebody signed in or holding its paper code; None for a stranger, whatever the number."""
    opened = request.session.get(OPENED, [])
    case = opened_case(number, opened)
    mine = case is None or my_cases(request.user).filter(pk=case.pk).exists()
    if request.user.is_authenticated and mine:
        return Door(my_case(request.user, number), request.user, True)
    if case is None:
        return None
    return Door(case, case.owner, False)


def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """我的这件申请: what I must do now, the road, papers, messages, consents, who looked, where to complain."""
    door = _door(request, number)
    if door is None:
        return redirect(f"{reverse('dossier:track')}?{urlencode({'number': number})}")
    case, today = door.case, clock.today()
    context = {
        "review_days": queries.days_of(policy_of(case, today), "review_request"),
        "case": case, "may_act": door.may_act, "standing": queries.standing(case), "urgent": queries.urgent_words(case), "card": programme(case.programme),
        "papers": papers(case, today=today), "letters": my_letters(case, as_helper=_is_helper(request, case)),
        "sections": standing_facts(case, with_account=not _is_helper(request, case)),
        "consents": consents_of(case), "looks": visits(who_looked(case, case.owner))[:20], "notice": open_supplement(case),
        "money_back": case.state in REPAIRING, "is_agent": _is_helper(request, case),
        "may_withdraw": door.may_act and case.state in OPEN_STATES, "back_href": "/my" if door.may_act else "/track",
    }  # fmt: skip
    return render(request, "dossier/case.html", context)


def _is_helper(request: HttpRequest, case: Case) -> bool:
    return case.agent_id is not None and case.agent_id == request.user.pk


# --- what the applicant must do ---------------------------------------------------------------------------------------
@signed_in
def fix(request: HttpRequest, number: str) -> HttpResponse:
    """补材料: every named item with why, on one page; sent when all are there."""
    case = my_case(request.user, number)
    notice = open_supplement(case)
    if notice is None:
        return redirect("dossier:case", number=number)
    fault: Invalid | None = None
    if request.method == "POST":
        try:
            return _answered(request, evidence.answer_supplement(case=case, by=request.user))
        except Invalid as invalid:
            fault = invalid
    lacking = {item.pk for item in missing_items(case, notice, now=clock.now())}
    items = [_item(case, item, item.pk not in lacking) for item in notice.items.order_by("pk")]
    context = {
        "case": case, "notice": notice, "items": items, "fault": fault, "left": len(lacking),
        "extension": queries.days_of(policy_of(case, clock.today()), "supplement_extension") if may_extend(case) else 0,
        "back_href": reverse("dossier:case", args=[number]),
    }  # fmt: skip
    return render(request, "dossier/fix.html", context, status=422 if fault else 200)


def _answered(request: HttpRequest, notice: Supplement) -> HttpResponse:
    """Sent, or, when the conditions looked at anew ask for more, back to the page that lists it."""
    if notice.answered_at is None:
        messages.warning(request, _("您改的内容还要补几样，已经列在下面。"))
        return redirect("dossier:fix", number=notice.case.number)
    messages.success(request, _("补好了。我们接着办，不用您再做什么。"))
    return redirect("dossier:case", number=notice.case.number)


def _item(case: Case, item: SupplementItem, is_done: bool) -> dict[str, Any]:
    """One item as it is shown: what, why in plain words, where to supply it."""
    policy = policy_of(case, local_day(item.supplement.told_at))
    zh = (get_language() or "zh").startswith("zh")
    if item.kind == "material":
        document = policy.document(item.key)
        name, href = document.name_zh if zh else document.name_en, "dossier:material"
        plain = document.plain_zh if zh else document.plain_en
    else:
        name, href, plain = str(programme(case.programme).question(item.key).label), "dossier:question", ""
    return {
        "name": name, "why": _why(policy, item.reason, zh), "plain": plain, "note": str(item.note or ""),
        "sketch": sketch(item.key) if item.kind == "material" else "",
        "is_done": is_done, "is_idle": is_idle(case, item), "href": reverse(href, args=[case.token, item.key]),
    }  # fmt: skip


def _why(policy: Policy, code: str, zh: bool) -> str:
    if code == FOLLOWS:
        return _("前面的回答改了，这一项也要补。")
    reason = policy.reason(code)
    return (reason.plain_zh or reason.name_zh) if zh else (reason.plain_en or reason.name_en)


@signed_in
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """延长补正: once, by the days of the policy; opened as a page (after signing in again) it leads back to the button."""
    if request.method != "POST":
        return redirect("dossier:fix", number=number)
    notice = evidence.extend_supplement(case=my_case(request.user, number), by=request.user)
    messages.success(request, _("延长好了，请在 %(day)s 前补齐。") % {"day": queries.day_words(notice.due_on)})
    return redirect("dossier:fix", number=number)


@signed_in
def account(request: HttpRequest, number: str) -> HttpResponse:
    """更正收款账户: after the bank gave the money back, with a photo of the card; a helper does not do this."""
    case = my_case(request.user, number)
    if request.method != "POST" and (case.state not in REPAIRING or _is_helper(request, case)):
        return redirect("dossier:case", number=number)
    form = AccountForm(*((request.POST, request.FILES) if request.method == "POST" else (request.kept,)))  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            tracking.correct_account(case=case, by=request.user, **form.given())
            messages.success(request, _("收到新账户。我们核对以后再打款。"))
            return redirect("dossier:case", number=number)
        except Invalid as fault:
            form.refuse(fault)
    context = {"case": case, "form": form, "back_href": reverse("dossier:case", args=[number])}
    return render(request, "dossier/account.html", context, status=422 if form.is_bound and form.errors else 200)


@signed_in
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """撤回申请: with a reason, asked once more."""
    case = my_case(request.user, number)
    if case.state not in OPEN_STATES:
        raise Http404
    data = request.POST if request.method == "POST" else getattr(request, "kept", None)
    form = ReasonForm(data)
    if request.method == "POST" and form.is_valid():
        actions.withdraw(case=case, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("已经撤回。以后可以重新申请。"))
        return redirect("dossier:case", number=number)
    context = {"case": case, "form": form, "back_href": reverse("dossier:case", args=[number])}
    return render(request, "dossier/withdraw.html", context, status=422 if form.is_bound and form.errors else 200)
