"""The errands of a case, and those of a desk: ask, answer, send back, cancel, open what is attached (交办)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access.queries import must_serve
from cases.errors import Invalid
from cases.evidence.views import sent
from cases.history.record import record_access
from workflows.desk.casefile.queries import File
from workflows.desk.errands import queries
from workflows.desk.errands.actions import ask
from workflows.desk.errands.ending import end
from workflows.desk.errands.forms import AskForm, EndForm
from workflows.desk.notes.opening import opened
from workflows.desk.notes.queries import reading_post


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """交办: what I am asked, what I asked, and for a head what is late in his area."""
    must_serve(request.user)
    name = request.GET.get("list", "") or "to_me"
    page = queries.page_of(request.user, name, request.GET.get("after", ""))
    tabs = [
        {"label": words, "href": f"{reverse('desk:errands')}?list={key}", "current": key == name}
        for key, words in queries.LISTS.items()
    ]
    context = {"tabs": tabs, "list": name, "rows": queries.lines(request.user, page.rows), "after": page.after}
    return render(request, "desk/errands_mine.html", context)


@login_required
def errands(request: HttpRequest, number: str) -> HttpResponse:
    """交办 of a case, and the form for a new one for whoever has its step or leads there."""
    found = opened(request.user, number)
    form = _ask_form(request, found)
    if request.method == "POST" and _is_asked(request, found, form):
        return redirect("case:errands", number)
    return _page(request, found, form)


def _ask_form(request: HttpRequest, found: File) -> AskForm | None:
    """The form for whoever may ask here; who may not and sends one is refused."""
    asks = (
        request.method == "POST" and request.resolver_match is not None and request.resolver_match.url_name == "errands"
    )
    if not asks and not ((found.is_mine or found.leads) and found.suspension is None):
        return None
    post = queries.asking_post(found.item, request.user)
    return AskForm(*((request.POST,) if asks else ()), targets=queries.targets(found.case, post, request.user))


def _is_asked(request: HttpRequest, found: File, form: AskForm | None) -> bool:
    """Whether it is asked; else the form says why not."""
    if form is None or found.item is None or not form.is_valid():
        return False
    try:
        ask(item=found.item, **form.asked(), by=request.user)
    except Invalid as fault:
        form.refuse(fault)
        return False
    messages.success(request, _("已交办，同事会在办理台看到。"))
    return True


def _page(request: HttpRequest, found: File, form: AskForm | None, ending: EndForm | None = None) -> HttpResponse:
    found.look("errands")
    lines = queries.lines(request.user, queries.errands_of(found.case))
    rows = [
        (line, ending if ending and ending.errand == line.errand.pk else EndForm(errand=line.errand.pk))
        for line in lines
    ]
    context = {"file": found, "case": found.case, "rows": rows, "form": form, "ending": ending}
    has_errors = bool((form and form.errors) or (ending and ending.errors))
    return render(request, "desk/errands.html", context, status=422 if has_errors else 200)


@login_required
@require_POST
def errand_end(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """答复、退回 or 取消 one of them."""
    found, errand = opened(request.user, number), queries.errand_of(request.user, number, pk)
    form = EndForm(request.POST, request.FILES, errand=pk)
    if form.is_valid():
        try:
            end(errand, by=request.user, **form.cleaned_data)
            messages.success(request, _("已了结这件交办。"))
            return redirect("case:errands", number)
        except Invalid as fault:
            for field, words in fault.fields.items():
                form.add_error(field, str(words))
    return _page(request, found, _ask_form(request, found), form)


@login_required
@require_safe
def file(request: HttpRequest, number: str, pk: int, token: UUID) -> HttpResponse:
    """看答复附件: who looked is stored before the bytes leave, in the words of a look at the errands."""
    row = queries.errand_file(request.user, number, pk, token)
    case = row.errand.case
    post = reading_post(request.user, case)
    assert post is not None
    record_access(
        "read", object=row, fields=["errands"], by=request.user, case_id=case.pk, role=post.role_id, office=post.office.name
    )  # fmt: skip
    name = f"errand-{row.errand_id}-{row.number}"
    return sent(row.token, row.path, name=name, kind=row.kind, as_download="download" in request.GET)
