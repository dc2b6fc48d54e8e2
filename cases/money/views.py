"""The pages of finance: balances, batches through three people's hands, the file, and what the bank answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access.queries import require, who_may
from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.errors import Invalid
from cases.money import actions, funds, queries
from cases.money.differences import how_many_differ
from cases.money.forms import CheckForm, FundForm, GiftForm, ReleaseForm, VoidForm
from cases.money.models import PaymentBatch
from cases.money.remarks import remarks, remarks_now
from cases.money.rules import OUT, PROVINCE
from cases.people.rules import mask_name
from project.forms import ReliefForm


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """资金: each fund with what came in, is set aside, was paid, and is free; the newest batches."""
    found = funds.balances(request.user)
    page = queries.batches(request.user, after=request.GET.get("after", ""))
    context = {
        "balances": found,
        "page": page,
        "may": queries.rights_of(request.user),
        "differing": how_many_differ(),
    }
    return render(request, "money/home.html", context)


@login_required
@require_GET
def fund(request: HttpRequest, code: str) -> HttpResponse:
    """流水 of one fund."""
    one = queries.get_fund(request.user, code)
    page = funds.ledger(request.user, one, after=request.GET.get("after", ""))
    context = {"balance": funds.balance(request.user, one), "page": page, "may": queries.rights_of(request.user)}
    return render(request, "money/fund.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_fund(request: HttpRequest) -> HttpResponse:
    """设立资金."""
    require(request.user, "money.make", PROVINCE)
    form = FundForm(request.POST or None)

    def save() -> HttpResponse:
        made = actions.open_fund(by=request.user, **form.cleaned_data)
        messages.success(request, _("资金已设立。"))
        return redirect("money:fund", made.code)

    return typed(request, form, save, {"title": _("设立资金"), "button": _("设立")})


@login_required
@require_http_methods(["GET", "POST"])
def gift(request: HttpRequest, code: str) -> HttpResponse:
    """登记到账."""
    one = queries.get_fund(request.user, code)
    require(request.user, "money.make", PROVINCE)
    form = GiftForm(request.POST or None)

    def save() -> HttpResponse:
        actions.receive_gift(fund=one, by=request.user, **form.cleaned_data)
        messages.success(request, _("到账已登记。"))
        return redirect("money:fund", one.code)

    return typed(request, form, save, {"title": _("登记到账"), "button": _("登记"), "about": one.name})


@login_required
@require_http_methods(["GET", "POST"])
def build(request: HttpRequest, code: str) -> HttpResponse:
    """制单: who would be in the batch and who not, each with the reason."""
    one = queries.get_fund(request.user, code)
    if request.method == "POST":
        seen = [int(pk) for pk in request.POST.getlist("payouts") if pk.isdecimal()]
        made = actions.build_batch(fund=one, seen=seen, by=request.user)
        messages.success(request, _("批次已制单。请另一位同事复核。"))
        return redirect("money:batch", made.number)
    now = clock.now()
    waiting = queries.candidates(request.user, one, today=local_day(now))
    ready = [found for found in waiting if not found.reason]
    known = remarks_now((found.payout for found in waiting if found.payout.state == "payable"), now=now)
    context = {
        "fund": one,
        "ready": [(found, _holder(found), known.get(found.payout.case_id)) for found in ready],
        "out": [(found, OUT[found.reason], known.get(found.payout.case_id)) for found in waiting if found.reason],
        "now": now,
        "total": sum(found.payout.amount for found in ready),
        "may": queries.rights_of(request.user),
    }
    return render(request, "money/build.html", context)


@login_required
@require_GET
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: totals, hash, who made, checked and released it or who still must, and its lines."""
    one = queries.get_batch(request.user, number)
    page = queries.lines_page(one, after=request.GET.get("after", ""))
    known = remarks(line.payout for line in page.rows)
    context = {
        **_batch_context(request, one),
        "page": page,
        "lines": [
            (line, OUT.get(line.reason, ""), mask_name(str(line.holder)), known.get(line.payout.case_id))
            for line in page.rows
        ],
        "answers": one.answers.select_related("by", "accepted_by").order_by("-pk"),
    }
    return render(request, "money/batch.html", context)


def _holder(found: queries.Proposal) -> str:
    return mask_name(str(found.account.holder)) if found.account else ""


def _batch_context(request: HttpRequest, one: PaymentBatch) -> dict[str, Any]:
    missing = {"made": "money.check", "checked": "money.release", "released": "money.make"}.get(one.state, "")
    return {
        "batch": one,
        "why_void": queries.why_void(one),
        "may": queries.rights_of(request.user),
        "who": who_may(missing, PROVINCE) if missing else "",
        "is_before_bank": one.state in ("made", "checked", "released"),
        "is_at_bank": one.state in ("sent", "answered", "closed"),
    }


@login_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, number: str) -> HttpResponse:
    """复核: totals typed again."""
    one = queries.get_batch(request.user, number)
    require(request.user, "money.check", PROVINCE)
    form = CheckForm(request.POST or None)

    def save() -> HttpResponse:
        actions.check_batch(batch=one, by=request.user, **form.cleaned_data)
        messages.success(request, _("复核通过。请第三位同事放行。"))
        return redirect("money:batch", one.number)

    told = _("请照打印的清单重新数笔数、加总金额，再填在这里。")
    return typed(
        request, form, save, {"title": _("复核批次"), "button": _("复核通过"), "about": one.number, "told": told}
    )


@login_required
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, number: str) -> HttpResponse:
    """放行: the password typed again."""
    one = queries.get_batch(request.user, number)
    require(request.user, "money.release", PROVINCE)
    form = ReleaseForm(request.POST or None)

    def save() -> HttpResponse:
        actions.release_batch(batch=one, by=request.user, **form.cleaned_data)
        messages.success(request, _("批次已放行，可以下载文件送银行。"))
        return redirect("money:batch", one.number)

    told = _("放行以后文件就可以送银行。请再输入一次密码，确认是您本人。")
    context = {"title": _("放行批次"), "button": _("放行"), "about": one.number, "told": told, "batch": one}
    return typed(request, form, save, context)


@login_required
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, number: str) -> HttpResponse:
    """作废."""
    one = queries.get_batch(request.user, number)
    form = VoidForm(request.POST or None)

    def save() -> HttpResponse:
        actions.void_batch(batch=one, by=request.user, **form.cleaned_data)
        messages.success(request, _("批次已作废，里面的案卷可以重新制单。"))
        return redirect("money:batch", one.number)

    context = {"title": _("作废批次"), "button": _("作废"), "kind": "stop", "about": one.number}
    return typed(request, form, save, context)


@login_required
@require_POST
def file(request: HttpRequest, number: str) -> HttpResponse:
    """下载银行文件: the first download marks the batch as sent."""
    one = queries.get_batch(request.user, number)
    return _download(actions.send_to_bank(batch=one, by=request.user), f"{one.number}.txt")


@login_required
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """下载查询文件: what is unknown is asked by our own numbers, never sent again."""
    one = queries.get_batch(request.user, number)
    return _download(actions.ask_bank(batch=one, by=request.user), f"{one.number}-query.txt")


def _download(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def typed(
    request: HttpRequest, form: ReliefForm, save: Callable[[], HttpResponse], context: dict[str, Any]
) -> HttpResponse:
    """One form a page; what was typed stays when it is refused."""
    if request.method == "POST" and form.is_valid():
        try:
            return save()
        except Invalid as refusal:
            form.take(refusal)
    return render(request, "money/form.html", {"form": form, **context}, status=422 if form.errors else 200)
