"""A gallery of every part of the kit, for looking at and for axe; it exists only under tests."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace as Thing
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from project import faults
from project.forms import (
    Checkboxes,
    CleanCharField,
    DateField,
    MoneyField,
    PhotoField,
    Radios,
    ReliefForm,
    TickBox,
)

NAMES = ["填写申请", "受理", "核实审核", "研究公示", "拨付回访"]
ROAD = [
    {"name": "填写申请", "state": "done", "date": date(2026, 11, 20)},
    {"name": "受理", "state": "done", "date": date(2026, 11, 23)},
    {"name": "核实审核", "state": "current", "note": "预计 12 月 1 日前办完"},
    {"name": "研究公示", "state": "todo"},
    {"name": "拨付回访", "state": "todo"},
]


class AllFields(ReliefForm):
    """One field of each kind."""

    name = CleanCharField(label="患者姓名", help_text="和身份证上的一样", max_length=40)
    number = CleanCharField(
        label="身份证号", squeeze=True, widget=forms.TextInput({"class": "w-20", "inputmode": "numeric"})
    )
    phone = CleanCharField(
        label="手机号", widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "w-10"})
    )
    born = DateField(label="出生日期", help_text="比如 1956 年 3 月 12 日", not_after=lambda: date(2026, 11, 23))
    who = forms.ChoiceField(
        label="谁来办？",
        choices=[("self", "我自己办"), ("family", "家人帮我办"), ("village", "村委会帮我办")],
        widget=Radios(hints={"village": "要有您签名的委托书"}),
    )
    help_kinds = forms.MultipleChoiceField(
        label="家里有哪些情况？",
        choices=[("a", "低保"), ("b", "特困"), ("c", "都没有")],
        widget=Checkboxes,
        required=False,
    )
    county = forms.ChoiceField(
        label="户籍在哪个县？", choices=[("", "请选择"), ("1", "甲县（演示）"), ("2", "乙县（演示）")]
    )
    spent = MoneyField(label="今年自己花了多少钱？", help_text="看发票上“个人支付”那一栏")
    story = forms.CharField(label="还有什么要说的", widget=forms.Textarea({"rows": 3}), required=False)
    paper = PhotoField(label="诊断证明", required=False)
    agree = forms.BooleanField(label="我同意用这些信息办理救助", widget=TickBox)


class Filters(forms.Form):
    """The filters of a queue."""

    step = forms.ChoiceField(label="环节", choices=[("", "全部"), ("a", "初审"), ("b", "复核")], required=False)
    county = forms.ChoiceField(label="县", choices=[("", "全部"), ("1", "甲县")], required=False)


def _applicant(request: HttpRequest) -> HttpResponse:
    return render(request, "applicant.html", {"road": ROAD, "amount": Decimal("30000"), "day": date(2026, 12, 1)})


def _form(request: HttpRequest) -> HttpResponse:
    form = AllFields(request.GET if "sent" in request.GET else None)
    return render(request, "form.html", {"form": form, "back_href": "/"})


def _receipt(request: HttpRequest) -> HttpResponse:
    return render(request, "receipt.html", {"day": date(2026, 12, 1)})


def _desk(request: HttpRequest) -> HttpResponse:
    rows = [
        Thing(no=f"649900-2026-{n:06d}-7", name="王**" if n % 7 else "阿卜**·买买**", due=4 - n, colour="blue")
        for n in range(1, 9)
    ]
    nav: list[dict[str, Any]] = [
        {"label": "待领取", "href": "/desk", "current": True, "count": 12},
        {"label": "我的", "href": "/mine", "current": False, "count": 3},
        {"label": "查案卷", "href": "/find", "current": False, "count": None},
    ]
    tabs = [
        {"label": label, "href": f"#{n}", "current": n == 1, "count": None}
        for n, label in enumerate(["申请", "材料", "核查", "办理记录", "流程图"])
    ]
    decision = forms.Form()
    decision.fields["way"] = forms.ChoiceField(
        label="您的意见", choices=[("a", "同意上报"), ("b", "退回补正"), ("c", "不予受理")], widget=Radios
    )
    decision.fields["amount"] = MoneyField(label="建议金额")
    found = {"rows": rows, "nav": nav, "tabs": tabs, "filters": Filters(request.GET), "decision": decision}
    return render(request, "desk.html", found | {"when": date(2026, 11, 23)})


def _fault(request: HttpRequest, code: int) -> HttpResponse:
    if code == 409:
        return faults.refused(
            request, 409, reason="刚才一位同事已经办结这一步，您的意见已替您留在草稿里。", is_stale=True
        )
    if code == 410:
        return faults.refused(request, 410, reason="这个附件已由县级初审员在 2026 年 11 月 23 日 09:30 撤除。")
    if code == 403:
        return faults.permission_denied(request, PermissionError("这件是您初审的，需要另一位同事复核。"))
    views: dict[int, Callable[[HttpRequest], HttpResponse]] = {
        400: faults.bad_request,
        404: faults.not_found,
        429: faults.too_many,
        500: faults.server_error,
    }
    return views[code](request)


urlpatterns = [
    path("", _applicant),
    path("form", _form),
    path("receipt", _receipt),
    path("desk", _desk),
    path("fault/<int:code>", _fault),
]
