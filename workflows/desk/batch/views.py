"""The pages of a batch (成批办理): choose, look over, and the result of each file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.calendar import clock
from cases.errors import NotFound
from cases.text import is_key
from workflows.desk.batch.deciding import decide_all, items_of, look_ahead
from workflows.desk.batch.forms import BatchForm, OwnOpinion
from workflows.desk.batch.queries import BatchStep, choices, step_for
from workflows.desk.queries import Viewer

FEW = 3
"""Of so many files the reasons stand open on the page; of more each is unfolded by who wants to read it."""


@login_required
def batch(request: HttpRequest, programme: str, step: str) -> HttpResponse:
    """成批办理: the list, then what will be decided, then what became of each."""
    viewer = Viewer.of(request.user, clock.now())
    found, chosen = step_for(viewer, programme, step), _chosen(request)
    if request.method != "POST" or request.POST.get("phase") == "back" or not chosen:
        return _list(request, viewer, found, chosen)
    items = [item for item in items_of(viewer.user, chosen).values() if item.step == found.name]
    if not items:
        raise NotFound()
    form = BatchForm(request.POST, items=items)
    if not form.is_valid():
        return _list(request, viewer, found, chosen, form)
    said = form.said({pk: _own(request, pk) for pk in chosen})
    if request.POST.get("phase") == "confirm":
        results = decide_all(viewer.user, chosen, said)
        told = _counted(sum(one.is_done for one in results), len(results))
        return render(request, "desk/batch/results.html", {"step": found, "results": results} | told)
    files = look_ahead(viewer.user, found.name, chosen, said)
    told = _counted(sum(not one.against for one in files), len(files))
    context = {"step": found, "form": form, "said": said, "files": files, "hidden": _hidden(request)}
    return render(request, "desk/batch/check.html", context | told)


def _counted(well: int, of: int) -> dict[str, Any]:
    """How many go and how many do not; the reasons of a few stand open."""
    return {"well": well, "ill": of - well, "few": of <= FEW}


def _list(
    request: HttpRequest, viewer: Viewer, found: BatchStep, chosen: dict[int, int], form: BatchForm | None = None
) -> HttpResponse:
    if request.method == "POST" and not chosen:
        messages.error(request, _("请至少选一件。"))
    page = choices(viewer, found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    items = [choice.item for choice in page.choices]
    if form is None and items:
        form = BatchForm(items=items, initial=request.POST.dict() | {"reasons": request.POST.getlist("reasons")})
    rows = [(choice, choice.item.pk in chosen, _own_form(request, choice.item)) for choice in page.choices]
    context = {"step": found, "form": form, "rows": rows, "page": page, "may_choose": page.may_choose}
    return render(request, "desk/batch/list.html", context)


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Work and the version of it that the page showed."""
    pairs = [words.partition("-") for words in request.POST.getlist("item")]
    return {int(pk): int(version) for pk, _dash, version in pairs if is_key(pk) and is_key(version)}


def _own(request: HttpRequest, pk: int) -> str:
    form = OwnOpinion(request.POST, prefix=f"own{pk}", number="")
    return str(form.cleaned_data["opinion"]) if form.is_valid() else ""


def _own_form(request: HttpRequest, item: Any) -> OwnOpinion:
    return OwnOpinion(
        prefix=f"own{item.pk}",
        number=item.case.number,
        initial={"opinion": _own(request, item.pk)} if request.POST else {},
    )


def _hidden(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = ("csrfmiddlewaretoken", "phase")
    return [(name, str(value)) for name, values in request.POST.lists() for value in values if name not in left_out]
