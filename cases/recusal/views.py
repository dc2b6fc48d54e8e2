"""The page of my declared relatives."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access.queries import must_serve
from cases.errors import Invalid
from cases.recusal import actions
from cases.recusal.forms import RelativeForm
from cases.recusal.queries import my_relatives


@login_required
@require_http_methods(["GET", "POST"])
def relatives(request: HttpRequest) -> HttpResponse:
    """我的亲属回避申报: what I declared, and the form for another."""
    must_serve(request.user)
    form = RelativeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.declare_relative(**form.cleaned_data, by=request.user)
        except Invalid as fault:
            form.refuse(fault)
        else:
            messages.success(request, _("已申报。涉及这位亲属的案卷不会再给您办。"))
            return redirect("recusal:relatives")
    rows = my_relatives(request.user)
    return render(request, "recusal/relatives.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@login_required
@require_POST
def end_relative(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销申报."""
    actions.end_relative(relative=pk, by=request.user)
    messages.success(request, _("已撤销。以前提交的案卷仍要回避。"))
    return redirect("recusal:relatives")
