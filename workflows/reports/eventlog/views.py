"""The pages of exported logs: what to export, one export, and the names in it."""

from __future__ import annotations

import tempfile
import zipfile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import Invalid
from workflows.reports.eventlog import actions, queries, signing, writing
from workflows.reports.eventlog.forms import ExportForm, NameForm
from workflows.reports.eventlog.models import NameRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponseBase:
    """导出日志: the form and the last exports; sent, the log with its sidecar in one archive."""
    rows = queries.exports(request.user)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _archive(request, form)
        except Invalid as fault:
            form.add_error(None, str(fault))
    context = {
        "form": form,
        "rows": rows,
        "key": signing.public_key().vkey(),
        "may_export": queries.may_export(request.user),
    }
    return render(request, "reports/log.html", context, status=422 if request.method == "POST" else 200)


def _archive(request: HttpRequest, form: ExportForm) -> HttpResponseBase:
    kind = form.cleaned_data["kind"]
    with tempfile.NamedTemporaryFile() as log:
        made = actions.export_log(
            kind=kind, filters=form.filters, purpose=form.cleaned_data["purpose"], out=log, by=request.user
        )
        log.flush()
        archive = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it when it has been sent)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(log.name, f"log.{writing.SUFFIX[kind]}")
            packed.writestr("sidecar.txt", made.sidecar)
    archive.seek(0)
    return FileResponse(
        archive, as_attachment=True, filename=f"log-{made.row.token}.zip", content_type="application/zip"
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, token: UUID) -> HttpResponse:
    """一次导出: its facts, and the requests to learn whom a name stands for."""
    row = queries.export(request.user, token)
    form, status = NameForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.ask_name(export=row, by=request.user, **form.cleaned_data)
            except Invalid as fault:
                for name, words in fault.fields.items():
                    form.add_error(name, words)
            else:
                messages.success(request, _("已请求，请另一位检查员或监事会同意。"))
                return redirect("reports:log_one", token)
    context: dict[str, Any] = {"row": row, "form": form, "asked": queries.asked(request.user, row)}
    return render(request, "reports/log_one.html", context, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, token: UUID, pk: int) -> HttpResponse:
    """同意还原."""
    row = queries.export(request.user, token)
    actions.confirm_name(request=get_object_or_404(NameRequest, pk=pk, export=row), by=request.user)
    messages.success(request, _("已同意。请求的人现在看得到了。"))
    return redirect("reports:log_one", token)
