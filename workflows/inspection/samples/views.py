"""The pages of samples: the list, a new one, one with its strata and cases, its frame as a file, drawn again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.errors import Invalid
from workflows.inspection.queries import require_inspection
from workflows.inspection.samples import actions, queries
from workflows.inspection.samples.forms import CheckForm, SampleForm
from workflows.inspection.samples.models import Sample


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """抽样的清单."""
    return render(request, "samples/home.html", {"page": queries.page_of(request.user, request.GET.get("after", ""))})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """新的抽样."""
    require_inspection(request.user)
    form = SampleForm(request.POST) if request.method == "POST" else SampleForm(initial={"way": "county"})
    if form.is_valid():
        try:
            made = actions.draw(by=request.user, **form.whole())
            return redirect("samples:sample", made.pk)
        except Invalid as fault:
            form.refuse(fault)
    context = {"form": form, "rule": queries.rule(), "risks": queries.weighed()}
    return render(request, "samples/new.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, sample: Sample, **extra: Any) -> HttpResponse:
    queries.looked_at(request.user, sample)
    lines = queries.lines_of(sample)
    rows = [(line, queries.risk_words(line)) for line in lines]
    context = {"sample": sample, "rows": rows, "layers": queries.layers(sample, lines), **extra}
    form = extra.get("form")
    return render(request, "samples/sample.html", context, status=422 if form and form.errors else 200)


@login_required
@require_safe
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """一次抽样: seed, fingerprint, strata, the drawn cases and what is looked at already."""
    return _page(request, queries.get_sample(request.user, pk))


@login_required
@require_POST
def redraw(request: HttpRequest, pk: int) -> HttpResponse:
    """复抽: drawn again from the kept list and seed; changes nothing."""
    found = queries.get_sample(request.user, pk)
    return _page(request, found, is_checked=True, is_same=queries.drawn_again(found))


@login_required
@require_safe
def frame(request: HttpRequest, pk: int) -> HttpResponse:
    """抽样框 as a file, for whoever draws again elsewhere."""
    found = queries.get_sample(request.user, pk)
    queries.looked_at(request.user, found, how="export")
    answer = HttpResponse(found.frame.text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.txt"'
    return answer


@login_required
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """查过 one of the drawn cases."""
    found = queries.get_sample(request.user, pk)
    form = CheckForm(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data
            is_fine = given["fine"] == "yes"
            actions.check(sample=found, line=given["line"], is_fine=is_fine, words=given["words"], by=request.user)
            return redirect("samples:sample", pk)
        except Invalid as fault:
            form.add_error("words", str(fault.fields["words"]))
    return _page(request, found, form=form)


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """结束抽样."""
    actions.close(sample=queries.get_sample(request.user, pk), by=request.user)
    messages.success(request, _("抽样已结束。"))
    return redirect("samples:sample", pk)
