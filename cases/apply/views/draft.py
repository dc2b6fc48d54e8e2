"""A draft: its task list, one question a page, papers, consents, the check, sending it or throwing it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.apply import queries
from cases.apply.forms import FEW, QuestionForm, TruthForm, question_form
from cases.apply.said import summary
from cases.apply.task_list import SETTLED
from cases.apply.task_list import tasks as tasks_of
from cases.calendar import clock
from cases.consent import actions as consents
from cases.consent.forms import ConsentForm
from cases.dossier import actions
from cases.dossier.answering import version_of
from cases.dossier.doubts import doubts
from cases.dossier.models import Case
from cases.dossier.queries import answers, kept_until, my_draft, policies_in_force
from cases.errors import Invalid, Refusal
from cases.evidence import actions as evidence
from cases.evidence.queries import open_supplement, papers
from cases.programme import Question, programme
from cases.regions.queries import children, name_path, within
from cases.regions.rules import is_code
from cases.signin import signed_in

COUNTY, TOWN = 6, 9


@signed_in
def task_list(request: HttpRequest, token: UUID) -> HttpResponse:
    """办理清单: what is done and what is left; a case that was sent shows its progress instead."""
    case = my_draft(request.user, token)
    if case.state != "DRAFT":
        return redirect("dossier:case", number=case.number)
    tasks = tasks_of(case, now=clock.now())
    ready = all(task.state in SETTLED for task in tasks)
    context = {
        "case": case, "card": programme(case.programme), "tasks": tasks, "is_ready": ready,
        "kept": kept_until(case, policies_in_force(clock.today()).get(case.programme)), "back_href": "/my",
    }  # fmt: skip
    return render(request, "dossier/task_list.html", context)


@signed_in
def question(request: HttpRequest, token: UUID, key: str) -> HttpResponse:
    """一页一题: saved with each 继续; the places and long lists are chosen in steps without any script."""
    case = my_draft(request.user, token)
    asked, facts = _question(case, key), answers(case)
    stored = None if _is_hidden(request, case, asked) else facts.get(key)
    if asked.kind == "division":
        return _place_question(request, case, asked, stored)
    choices, searched = _narrowed(request, asked, stored)
    data = request.POST if request.method == "POST" else getattr(request, "kept", None)
    form = question_form(asked, data, stored=stored, choices=choices)
    if request.method == "POST" and form.is_valid() and _saved(request, case, asked, form):
        return redirect(_after(request, case, asked))
    around = _around(request, case, asked) | {"notes": _notes(asked, stored)}
    context = {"form": form, "searched": searched, "words": request.GET.get("q", ""), **around}
    template = "dossier/long_list.html" if searched is not None else "dossier/question.html"
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def _question(case: Case, key: str) -> Question:
    """The question if it is asked in this draft, or named in the open supplement of this case."""
    card, facts = programme(case.programme), answers(case)
    found = next((one for one in card.asked(facts) if one.key == key), None)
    if found is None or case.discarded_at:
        raise Http404
    if case.state != "DRAFT":
        notice = open_supplement(case)
        if notice is None or not notice.items.filter(kind="answer", key=key).exists():
            raise Http404
    return found


def _is_hidden(request: HttpRequest, case: Case, asked: Question) -> bool:
    """A village worker does not see bank data again once the case was sent."""
    return asked.kind == "bank_account" and case.state != "DRAFT" and case.agent_id == request.user.pk


def _narrowed(request: HttpRequest, asked: Question, stored: Any) -> tuple[Any, list[Any] | None]:
    """For a long list: only the choices that the typed words mean, or the stored one."""
    if asked.kind != "choice" or len(asked.choices) <= FEW or request.method == "POST":
        return None, None
    words = request.GET.get("q", "")
    names = dict(asked.choices)
    codes = asked.find(words) if asked.find else [code for code, name in asked.choices if words and words in str(name)]
    if not words and stored:
        codes = [stored]
    chosen = [(code, names[code]) for code in codes[:20]]
    return chosen, chosen


def _saved(request: HttpRequest, case: Case, asked: Question, form: QuestionForm) -> bool:
    try:
        _save(request, case, asked, form.answer())
    except Refusal as refusal:
        if not refusal.fields:
            raise
        form.refuse(refusal.fields)
        return False
    return True


def _save(request: HttpRequest, case: Case, asked: Question, value: Any) -> None:
    given = {"case": case, "key": asked.key, "value": value, "seen": request.POST.get("seen"), "by": request.user}
    if case.state == "DRAFT":
        actions.save_answer(**given)
    elif evidence.save_supplement_answer(**given):
        messages.warning(request, _("您改的内容还要补几样，已经列在下面。"))
    for note in _notes(asked, answers(case).get(asked.key)):
        messages.warning(request, str(note))


def _notes(asked: Question, value: Any) -> list[Any]:
    """提示 on this one answer, as it is stored."""
    return doubts([asked], {asked.key: value}, today=clock.today()).get(asked.key, [])


def _around(request: HttpRequest, case: Case, asked: Question) -> dict[str, Any]:
    card = programme(case.programme)
    section = next(section for section in card.sections if asked in section.questions)
    number = [one.key for one in section.questions].index(asked.key) + 1
    return {
        "case": case, "question": asked, "section": section, "number": number, "back_href": home_of(request, case),
        "was_kept": bool(getattr(request, "kept", None)), "back": request.GET.get("back", ""),
        "seen": version_of(case, asked.key),
    }  # fmt: skip


def home_of(request: HttpRequest, case: Case) -> str:
    if case.state != "DRAFT":
        return reverse("dossier:fix", args=[case.number])
    name = "dossier:check" if request.GET.get("back") == "check" else "dossier:draft"
    return reverse(name, args=[case.token])


def _after(request: HttpRequest, case: Case, asked: Question) -> str:
    following = queries.next_question(case, asked.key) if case.state == "DRAFT" else None
    if following is not None:
        tail = "?back=check" if request.GET.get("back") == "check" else ""
        return reverse("dossier:question", args=[case.token, following.key]) + tail
    return home_of(request, case)


def _place_question(request: HttpRequest, case: Case, asked: Question, stored: Any) -> HttpResponse:
    """户口、住址: county, then town, then village, each a list of its own; a town without villages is chosen itself."""
    fault = ""
    if request.method == "POST":
        try:
            _save(request, case, asked, request.POST.get("value", ""))
            return redirect(_after(request, case, asked))
        except Refusal as refusal:
            if not refusal.fields:
                raise
            fault = str(next(iter(refusal.fields.values())))
    area = request.GET.get("area", "")
    area = area if is_code(area) else ""
    if not area and stored and "again" not in request.GET:
        area = str(stored)
    places = list(within("64", "county")) if len(area) < COUNTY else list(children(area[:TOWN]))
    context = {
        "places": places,
        "area": area,
        "area_name": name_path(area) if area else "",
        "is_last": len(area) >= TOWN,
        "stored": stored or "",
        "fault": fault,
        **_around(request, case, asked),
    }
    return render(request, "dossier/place.html", context, status=422 if fault else 200)


# --- consents, check, send --------------------------------------------------------------------------------------------
@signed_in
def consent_page(request: HttpRequest, token: UUID) -> HttpResponse:
    """同意: three separate answers, none chosen beforehand."""
    case = my_draft(request.user, token)
    if case.state != "DRAFT":
        return redirect("consent:mine", token=case.token)
    data = request.POST if request.method == "POST" else getattr(request, "kept", None)
    form = ConsentForm.for_case(case, clock.today(), data)
    if request.method == "POST" and form.is_valid():
        try:
            consents.give(
                case=case, answers=form.answers(), guardian=form.cleaned_data.get("guardian", ""),
                language=get_language() or "zh-hans", by=request.user,
            )  # fmt: skip
            return redirect("dossier:draft", token=case.token)
        except Invalid as fault:
            for name, sentence in fault.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
    context = {"case": case, "form": form, "back_href": home_of(request, case)}
    return render(request, "dossier/consents.html", context, status=422 if form.is_bound and form.errors else 200)


@signed_in
def check(request: HttpRequest, token: UUID) -> HttpResponse:
    """核对并提交: all answers and papers once more, the truth declaration, one button; a second click changes nothing."""
    case = my_draft(request.user, token)
    if case.state != "DRAFT":
        return redirect("dossier:done", number=case.number)
    form = TruthForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _submitted(request, case)
        except Invalid as fault:
            _show_lacks(form, fault)
        except Refusal as refusal:
            if refusal.code not in ("one_open_case", "invoice_used"):
                raise
            form.add_error(None, str(refusal))
    tasks = tasks_of(case, now=clock.now())
    context = {
        "case": case, "form": form, "sections": summary(case, today=clock.today()), "papers": papers(case, today=clock.today()),
        "open_tasks": [task for task in tasks if task.state not in SETTLED], "back_href": home_of(request, case),
    }  # fmt: skip
    return render(request, "dossier/check.html", context, status=422 if form.errors else 200)


def _submitted(request: HttpRequest, case: Case) -> HttpResponse:
    sent = actions.submit(case=case, truth=True, by=request.user)
    code = getattr(sent, "paper_code", "")
    if code:
        request.session[f"paper_code:{sent.number}"] = code
    return redirect("dossier:done", number=sent.number)


def _show_lacks(form: TruthForm, fault: Invalid) -> None:
    form.add_error(None, str(fault.reason))
    for sentence in dict.fromkeys(str(sentence) for sentence in fault.fields.values()):
        form.add_error(None, sentence)


@require_safe
@signed_in
def paper_form(request: HttpRequest, token: UUID) -> HttpResponse:
    """打印申请表: what was filled in, on paper in large letters; of a case that was sent a helper prints no account."""
    case, today = my_draft(request.user, token), clock.today()
    with_account = case.state == "DRAFT" or case.agent_id != request.user.pk
    back = (
        reverse("dossier:check", args=[token]) if case.state == "DRAFT" else reverse("dossier:case", args=[case.number])
    )
    context = {
        "case": case, "card": programme(case.programme), "papers": papers(case, today=today), "is_large": True,
        "sections": summary(case, today=today, with_account=with_account), "back_href": back,
    }  # fmt: skip
    return render(request, "dossier/paper.html", context)


@signed_in
def discard(request: HttpRequest, token: UUID) -> HttpResponse:
    """不要这份草稿了: asked once more, then gone for good."""
    case = my_draft(request.user, token)
    if request.method == "POST":
        actions.discard_draft(case=case, by=request.user)
        messages.success(request, _("草稿已经删掉。"))
        return redirect("dossier:my")
    return render(request, "dossier/discard.html", {"case": case, "back_href": home_of(request, case)})
