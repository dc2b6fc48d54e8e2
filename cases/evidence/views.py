"""A stored paper: recorded first, then sent as a picture or a download that cannot act."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.access.queries import acting_post
from cases.evidence import vault
from cases.evidence.models import MaterialFile
from cases.evidence.queries import file_for
from cases.history.record import record_access

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@login_required
@require_safe
def file(request: HttpRequest, token: UUID) -> HttpResponse:
    """看材料: pictures inside the page, PDF as a download; who looked is stored before the bytes leave."""
    row = file_for(request.user, token)
    _remember(request, row)
    answer = HttpResponse(
        vault.get(row.token, row.path), content_type="application/pdf" if row.kind == "pdf" else "image/jpeg"
    )
    name = f"{row.material.code if row.material else row.kind}-{row.pk}.{'pdf' if row.kind == 'pdf' else 'jpg'}"
    kind = "attachment" if row.kind == "pdf" or "download" in request.GET else "inline"
    answer.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _remember(request: HttpRequest, row: MaterialFile) -> None:
    case = row.case
    post = None if request.user.pk in (case.owner_id, case.agent_id) else acting_post(request.user, case.handling_code)
    record_access(
        "read",
        object=row,
        fields=[row.material.code if row.material else row.kind],
        by=request.user,
        case_id=case.pk,
        purpose="material",
        role=post.role_id if post else "",
        office=post.office.name if post else "",
    )
