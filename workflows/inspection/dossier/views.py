"""The page of a dossier: what it is for, then the file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from workflows.inspection.dossier.forms import DossierForm
from workflows.inspection.dossier.packing import packed
from workflows.inspection.dossier.queries import dossier_of, require_whole
from workflows.inspection.queries import get_inspected
from workflows.reports.eventlog import signing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dossier(request: HttpRequest, number: str) -> HttpResponseBase:
    """封存卷宗 of one case: the form, and for a stated purpose the zip file."""
    found = get_inspected(request.user, number)
    require_whole(request.user, found)
    form = DossierForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = dossier_of(request.user, found, purpose=form.cleaned_data["purpose"])
        answer = StreamingHttpResponse(packed(made), content_type="application/zip")
        answer.headers["Content-Disposition"] = f'attachment; filename="dossier-{number}.zip"'
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
    context = {"case": found, "form": form, "key": signing.public_key().vkey()}
    return render(request, "inspection/dossier.html", context, status=422 if form.errors else 200)
