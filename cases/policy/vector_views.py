"""The page of test vectors (测试向量): all of them run now, and a form for another."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import Invalid
from cases.policy import actions, queries
from cases.policy.cards import card
from cases.policy.more_forms import VectorForm


@login_required
@require_http_methods(["GET", "POST"])
def vectors(request: HttpRequest, pk: int) -> HttpResponse:
    """测试向量 of a version with what each gives now; in a draft a form to write one."""
    held = queries.version_for(request.user, pk)
    form = VectorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        queries.draft_for(request.user, pk)
        if form.is_valid():
            try:
                actions.set_vector(version=held, by=request.user, **form.told())
            except Invalid as refusal:
                form.take(refusal)
            else:
                messages.success(request, _("已保存。"))
                return redirect("policy:vectors", pk)
    context = {"version": held, "programme": card(held.programme), "form": form, "ran": queries.checked(held)}
    context["may_edit"] = queries.may_edit(request.user, held)
    return render(request, "policy/vectors.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int, vector: int) -> HttpResponse:
    """删测试向量 of a draft."""
    actions.remove_vector(version=queries.draft_for(request.user, pk), vector=vector, by=request.user)
    messages.success(request, _("已删去。"))
    return redirect("policy:vectors", pk)
