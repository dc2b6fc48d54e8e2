"""The doors anybody may open without signing in: the five cards, the first check, the guide of a programme."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cases.apply import first, queries, sheets
from cases.apply.forms import FirstForm, HaveForm
from cases.calendar import clock
from cases.dossier import actions
from cases.evidence.queries import name_of, plain_of
from cases.evidence.rules import sketch
from cases.policy.queries import current
from cases.policy.rules import Document
from cases.programme import Programme, programme
from cases.regions.queries import within
from cases.signin import signed_in


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """五张卡片: no sign-in, no pop-up."""
    return render(request, "dossier/home.html")


@require_safe
def first_check(request: HttpRequest) -> HttpResponse:
    """能不能申请: a few plain questions; never a form error for somebody who does not fit. Nothing is kept."""
    form = FirstForm(request.GET if "illness" in request.GET else None, places=_places())
    found = first.check(form.cleaned_data, today=clock.today()) if form.is_bound and form.is_valid() else []
    papers = first.papers_of(found)
    have = HaveForm(request.GET, papers=[(paper.code, name_of(paper)) for paper in papers])
    has = have.cleaned_data["have"] if have.is_valid() else []
    context = {
        "form": form,
        "have": have if papers else None,
        "suits": [(one, _named(one.missing(has))) for one in found if one.suits],
        "others": [one for one in found if not one.suits],
        "is_answered": form.is_bound and form.is_valid(),
        "where": form.where(),
        "asked": {name: request.GET.get(name, "") for name in form.fields},
        "for_whom": _for_whom(request.GET),
        "back_href": "/",
    }
    return render(request, "dossier/first_check.html", context)


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """办事指南: what one can get, who may apply, which papers, how many working days; from the policy in force."""
    card = _card(slug)
    policy = current(card.slug, clock.today())
    always = {"minor": False, "agent": False}
    everything = policy.section("checklist")
    needed = {document.code for document in policy.checklist(always)}
    documents = [policy.document(row.key) for row in everything if "paper" not in row.when]
    papers = [(name_of(one), plain_of(one), sketch(one.code), one.code in needed) for one in documents]
    context = {
        "card": card,
        "papers": [one[:3] for one in papers if one[3]],
        "sometimes": [one[:3] for one in papers if not one[3]],
        "gives": queries.gives(policy),
        "waiting": queries.waiting(policy),
        "for_whom": _for_whom(request.GET),
        "help_phone": settings.HELP_PHONE,
        "back_href": "/apply",
    }
    return render(request, "dossier/guide.html", context)


@require_safe
def blank(request: HttpRequest, slug: str) -> HttpResponse:
    """空白申请表: the whole form of the programme on paper in large letters, for whoever does not use a phone (F1)."""
    card = _card(slug)
    policy = current(card.slug, clock.today())
    language = get_language() or "zh-hans"
    context = {
        "card": card, "sections": sheets.blank_form(card), "consents": sheets.consents(language),
        "papers": sheets.papers_of(policy), "is_large": True, "back_href": f"/apply/{slug}",
    }  # fmt: skip
    return render(request, "dossier/blank.html", context)


@signed_in
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """开始填写: the draft that has no patient yet, or a new one; opened as a page it leads back to the button."""
    if request.method != "POST":
        return redirect("dossier:start", slug=slug)
    draft = actions.new_draft(programme=_card(slug).slug, for_others=bool(_for_whom(request.POST)), by=request.user)
    return redirect("dossier:draft", token=draft.token)


@require_safe
@signed_in
def begin_here(request: HttpRequest, slug: str) -> HttpResponse:
    """After signing in by the button of the guide: one more press, because a link must not change anything."""
    card, for_whom = _card(slug), _for_whom(request.GET)
    kept = queries.days_of(current(card.slug, clock.today()), "draft_kept")
    context = {"card": card, "kept": kept, "for_whom": for_whom, "back_href": f"/apply/{slug}{for_whom}"}
    return render(request, "dossier/begin.html", context)


def _named(papers: Iterable[Document]) -> list[tuple[str, str]]:
    return [(name_of(paper), plain_of(paper)) for paper in papers]


def _for_whom(given: QueryDict) -> str:
    """帮别人办: kept in the address from the first page to the draft."""
    return "?for=others" if given.get("for") == "others" else ""


def _card(slug: str) -> Programme:
    try:
        return programme(slug)
    except KeyError:
        raise Http404 from None


def _places() -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in within("64", "county")]
