"""The pages of what somebody or something touched."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases.access.models import Office, User
from cases.stock.models import Device
from project.forms import CleanCharField
from workflows.desk.forms import in_my_language
from workflows.inspection.search.private import ask_in_private, digest_behind
from workflows.inspection.touched.queries import (
    Lists,
    looked,
    must_inspect_all,
    of_account,
    of_device,
    of_office,
    of_person,
    page_of,
)


class TouchedForm(forms.Form):
    """碰过什么: one of the three."""

    person = CleanCharField(label=gettext_lazy("登录名"), required=False, max_length=150)
    office = forms.ChoiceField(label=gettext_lazy("机构"), required=False)
    device = CleanCharField(label=gettext_lazy("设备序列号"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = [(str(one.pk), in_my_language(one.name, one.name_en)) for one in Office.objects.order_by("pk")]
        self.fields["office"].choices = [("", gettext_lazy("全部")), *offices]  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """收款账号碰过什么: the number stands in no address."""

    account = CleanCharField(
        label=gettext_lazy("收款账号"), max_length=40, error_messages={"required": gettext_lazy("请填收款账号")}
    )
    purpose = CleanCharField(
        label=gettext_lazy("查找用途（会留痕）"),
        min_length=2,
        max_length=60,
        error_messages={"required": gettext_lazy("请写明查找的用途")},
    )


@login_required
@require_GET
def touched(request: HttpRequest) -> HttpResponse:
    """碰过什么: whose it is stands in the address, but for an account."""
    must_inspect_all(request.user)
    return _page(request, AccountForm())


@login_required
@require_POST
def account(request: HttpRequest) -> HttpResponse:
    """按收款账号: recorded with its commitment, then shown by a token of this session."""
    must_inspect_all(request.user)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = {"account": form.cleaned_data["account"]}
    token = ask_in_private(request.user, given, purpose=form.cleaned_data["purpose"], session=request.session)
    return redirect(f"{reverse('inspection:touched')}?secret={token}")


def _page(request: HttpRequest, account_form: AccountForm, status: int = 200) -> HttpResponse:
    form = TouchedForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    title, lists = _asked(given, request)
    context = {
        "form": form,
        "account": account_form,
        "title": title,
        "is_unknown": lists is None and any(given.values()),
        "page": page_of(lists, request.GET.get("after", "")) if lists else None,
    }
    return render(request, "inspection/touched.html", context, status=status)


def _asked(given: dict[str, Any], request: HttpRequest) -> tuple[str, Lists | None]:
    """Whose it is, and what is read for it; nothing when nobody is asked about, or nobody is called so."""
    if token := request.GET.get("secret", ""):
        key = digest_behind(request.session, token, "account")
        looked(request.user, request.user, "account")
        return _("一个收款账户"), of_account(key)
    for name, (model, column, of, words) in ABOUT.items():
        thing = model.objects.filter(**{column: given[name]}).first() if given.get(name) else None
        if thing is not None:
            looked(request.user, thing, name)
            return words(thing), of(thing)
    return "", None


ABOUT: dict[str, tuple[Any, str, Any, Any]] = {
    "person": (User, "username", of_person, lambda one: str(one.name or one.username)),
    "office": (Office, "pk", of_office, lambda one: in_my_language(one.name, one.name_en)),
    "device": (Device, "serial", of_device, lambda one: str(one.serial)),
}
