"""The pages of whoever keeps devices: stock, arrivals, hand-overs, counts, and the life of one serial number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.errors import Invalid, Refusal
from cases.sheet_pages import shown_faults, workbook
from cases.sheets import MOST_BYTES, digest
from cases.stock import actions, forms, queries
from cases.stock.columns import template_bytes
from cases.stock.forms import posted
from cases.stock.rules import clean_serial, offered


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """实物库存: what lies where, what is on its way, and the last counts."""
    queries.must_read(request.user)
    serial = clean_serial(request.GET.get("serial", ""))
    if serial:
        return redirect("stock:device", serial)
    context = {
        "lines": queries.stock_of(request.user),
        "handovers": queries.handovers(request.user, after=request.GET.get("after", "")),
        "has_counts": bool(queries.counts(request.user).rows),
        "keeps": queries.places(request.user),
        "takes_in": queries.places(request.user, queries.TAKE_IN),
    }
    return render(request, "stock/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def models(request: HttpRequest) -> HttpResponse:
    """型号: those that are known, and the form for another."""
    queries.must_read(request.user)
    form = forms.ModelForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_model(**form.cleaned_data, by=request.user)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已登记型号。"))
            return redirect("stock:models")
    context = {"form": form, "models": queries.device_models(), "may": queries.places(request.user, queries.TAKE_IN)}
    return render(request, "stock/models.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def arrive(request: HttpRequest) -> HttpResponse:
    """入库: try a spreadsheet, see its faults by cell, take it in."""
    queries.must_take_in(request.user)
    form = forms.ArrivalForm(posted(request), request.FILES or None, viewer=request.user)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            answer = _take(request, form, context)
        except Refusal as refusal:
            form.take(refusal)
        else:
            if answer is not None:
                return answer
    return render(request, "stock/arrive.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, form: forms.ArrivalForm, context: dict[str, Any]) -> HttpResponse | None:
    given = form.cleaned_data
    data = given["file"].read(MOST_BYTES + 1)
    if request.POST.get("way") == "import":
        made = actions.take_in(data=data, tried_sha256=given["tried"], place=given["place"], by=request.user)
        messages.success(request, _("已入库 %(rows)s 台。") % {"rows": made.rows})
        return redirect("stock:home")
    sheet = queries.examine(request.user, data)
    context |= {"sheet": sheet, **shown_faults(sheet.faults)}
    tried = "" if sheet.faults else digest(data)
    context["form"] = forms.ArrivalForm(initial={"tried": tried, "place": given["place"].pk}, viewer=request.user)
    return None


@login_required
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """下载入库模板."""
    queries.must_take_in(request.user)
    return workbook(template_bytes(), "devices.xlsx")


@login_required
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """出库、调拨: which devices go where."""
    queries.must_keep(request.user)
    form = forms.SendForm(posted(request), viewer=request.user, initial=queries.reserved_at(request.user))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.send(
                from_place=given["place"], to_place=given["to_place"], serials=form.given(), by=request.user
            )
        except Refusal as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已开交接单，等对方清点签收。"))
            return redirect("stock:handover", made.number)
    return render(request, "stock/send.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, number: str) -> HttpResponse:
    """交接单: its devices, and the second signature."""
    found = queries.get_handover(request.user, number)
    form = forms.ReceiveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.receive(handover=found, counted=form.cleaned_data["counted"], by=request.user)
        except Refusal as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已签收。"))
            return redirect("stock:handover", number)
    context = {
        "handover": found,
        "devices": queries.serials_of(found),
        "form": form,
        "receives": found.is_open and queries.keeps(request.user, found.to_place),
        "sends": found.is_open and queries.keeps(request.user, found.from_place),
    }
    return render(request, "stock/handover.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """取消交接单."""
    actions.cancel_handover(handover=queries.get_handover(request.user, number), by=request.user)
    messages.success(request, _("已取消交接单。"))
    return redirect("stock:handover", number)


@login_required
@require_http_methods(["GET", "POST"])
def count(request: HttpRequest) -> HttpResponse:
    """盘点: the serials found at a place."""
    queries.must_keep(request.user)
    form = forms.CountForm(posted(request), viewer=request.user)
    if request.method == "POST" and form.is_valid():
        actions.count(place=form.cleaned_data["place"], serials=form.given(), by=request.user)
        messages.success(request, _("盘点已登记。"))
        return redirect("stock:counts")
    return render(request, "stock/count.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """盘点结果: ledger against found, each difference listed."""
    queries.must_keep(request.user)
    page = queries.counts(request.user, after=request.GET.get("after", ""))
    return render(request, "stock/counts.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest, serial: str) -> HttpResponse:
    """一台设备: its whole life by its serial number, and what may be written about it now."""
    found = queries.get_device(request.user, serial)
    kinds = offered(found.state) if queries.may_write(request.user, found) else []
    form = forms.MoveForm(posted(request), kinds=kinds)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_move(device=found, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已登记。"))
            return redirect("stock:device", serial)
    context = {"device": found, "moves": queries.life(found), "form": form, "kinds": kinds}
    return render(request, "stock/device.html", context, status=422 if form.errors else 200)
