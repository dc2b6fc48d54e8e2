"""The pages of measures (办法): their editions, and the clauses with the policy rows that rest on them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.errors import Invalid
from cases.policy import actions, queries
from cases.policy.cards import card
from cases.policy.more_forms import ClauseForm, MeasureForm


@login_required
@require_http_methods(["GET", "POST"])
def measures(request: HttpRequest, programme: str) -> HttpResponse:
    """办法 of a programme in their editions, and a form for another."""
    found = queries.measures_of(request.user, programme)
    form = MeasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        queries.require_post(request.user, queries.EDIT)
        if form.is_valid():
            return redirect(actions.add_measure(programme=programme, by=request.user, **form.cleaned_data))
    context = {"programme": card(programme), "measures": found, "form": form}
    context["may_edit"] = queries.post_with(request.user, queries.EDIT)
    return render(request, "policy/measures.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure with its clauses; a form to write one while no published version cites it."""
    held = queries.measure_for(request.user, pk)
    form = ClauseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        queries.require_post(request.user, queries.EDIT)
        if form.is_valid():
            try:
                actions.set_clause(measure=held, by=request.user, **form.cleaned_data)
            except Invalid as refusal:
                form.take(refusal)
            else:
                messages.success(request, _("已保存。"))
                return redirect(held)
    cited = queries.measure_is_cited(held)
    context = {"measure": held, "programme": card(held.programme), "form": form, "is_cited": cited}
    context["clauses"] = held.clauses.prefetch_related("rows__version")
    context["may_edit"] = queries.post_with(request.user, queries.EDIT)
    return render(request, "policy/measure.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def clause(request: HttpRequest, pk: int) -> HttpResponse:
    """条款: leads to its place in the measure."""
    return redirect(queries.clause_for(request.user, pk))


@login_required
@require_POST
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """新的版次: a copy that may be changed."""
    made = actions.new_edition(measure=queries.measure_for(request.user, pk), by=request.user)
    messages.success(request, _("新的版次已建好。改好条文以后，在政策草稿里改引用。"))
    return redirect(made)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int, clause: int) -> HttpResponse:
    """删条文 that nobody cites."""
    held = queries.measure_for(request.user, pk)
    actions.remove_clause(measure=held, clause=clause, by=request.user)
    messages.success(request, _("已删去。"))
    return redirect(held)
