"""What the bank answered (回盘): the file comes in, a second person accepts it, and what differs is settled."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.access.queries import require, who_may
from cases.money import actions, queries
from cases.money.bankfile import MOST_BYTES
from cases.money.differences import differences as open_differences
from cases.money.differences import get_difference
from cases.money.forms import AnswerForm, FindingForm
from cases.money.models import BankAnswerLine
from cases.money.rules import DIFFERENCES, OUTCOMES, PROVINCE
from cases.money.views import typed
from cases.people.rules import mask_name


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """导入回盘: a dry run that applies nothing."""
    one = queries.get_batch(request.user, number)
    require(request.user, "money.import", PROVINCE)
    form = AnswerForm(request.POST or None, request.FILES or None)

    def save() -> HttpResponse:
        data = form.cleaned_data["file"].read(MOST_BYTES + 1)
        made = actions.import_answer(batch=one, data=data, by=request.user)
        return redirect("money:answer", made.pk)

    told = _("这一步只比对，不改变任何结果。比对后由另一位同事确认。")
    context = {"title": _("导入回盘"), "button": _("比对"), "about": one.number, "told": told, "with_file": True}
    return typed(request, form, save, context)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """回盘比对: line by line what the bank says against what was sent; a second person accepts."""
    one = queries.get_answer(request.user, pk)
    if request.method == "POST":
        actions.accept_answer(answer=one, by=request.user)
        messages.success(request, _("回盘已确认，结果已登记。"))
        return redirect("money:batch", one.batch.number)
    only = request.GET.get("only") == "differences"
    page = queries.answer_page(one, after=request.GET.get("after", ""), differences=only)
    context = {
        "answer": one,
        "page": page,
        "lines": [(line, OUTCOMES[line.outcome], *_beside(line)) for line in page.rows],
        "counts": [(OUTCOMES[name], number) for name, number in queries.outcomes_of(one).items()],
        "may": queries.rights_of(request.user),
        "who": who_may("money.check", PROVINCE),
        "only": only,
    }
    return render(request, "money/answer.html", context)


def _beside(line: BankAnswerLine) -> tuple[str, str, bool]:
    """The bank's name and ours, masked, and whether the line differs."""
    ours = mask_name(str(line.attempt.line.holder)) if line.attempt else ""
    return mask_name(str(line.holder)), ours, line.outcome in DIFFERENCES


@login_required
@require_GET
def differences(request: HttpRequest) -> HttpResponse:
    """待处理差异 of all batches."""
    page = open_differences(request.user, after=request.GET.get("after", ""))
    rows = [(one, OUTCOMES.get(one.difference, one.difference)) for one in page.rows]
    return render(
        request, "money/differences.html", {"page": page, "rows": rows, "may": queries.rights_of(request.user)}
    )


@login_required
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, key: str) -> HttpResponse:
    """登记查清结论."""
    one = get_difference(request.user, key)
    require(request.user, "money.check", PROVINCE)
    form = FindingForm(request.POST or None)

    def save() -> HttpResponse:
        actions.settle_difference(key=key, by=request.user, **form.cleaned_data)
        messages.success(request, _("结论已登记，这一笔不再列为差异。"))
        return redirect("money:differences")

    told = _("登记结论不改变账目。要动账的，请按退汇或另拨办理。")
    context = {"title": _("登记查清结论"), "button": _("登记"), "about": OUTCOMES.get(one.difference, ""), "told": told}
    return typed(request, form, save, context)
