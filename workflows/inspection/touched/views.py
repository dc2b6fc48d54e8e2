"""The pages of what somebody or something touched."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workflows.desk.forms import in_my_language
from workflows.inspection.search.private import ask_in_private, digest_behind
from workflows.inspection.touched.forms import AccountForm, TouchedForm
from workflows.inspection.touched.queries import (
    Lists,
    called,
    looked,
    must_inspect_all,
    of_account,
    of_device,
    of_office,
    of_person,
    page_of,
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
    for name, (of, words) in ABOUT.items():
        thing = called(name, given[name]) if given.get(name) else None
        if thing is not None:
            looked(request.user, thing, name)
            return words(thing), of(thing)
    return "", None


ABOUT: dict[str, tuple[Any, Any]] = {
    "person": (of_person, lambda one: str(one.name or one.username)),
    "office": (of_office, lambda one: in_my_language(one.name, one.name_en)),
    "device": (of_device, lambda one: str(one.serial)),
}
