"""A stored paper: recorded first, then sent as a picture or a download that cannot act."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.access.queries import acting_post
from cases.errors import Erased
from cases.evidence import vault
from cases.evidence.models import MaterialFile
from cases.evidence.queries import file_for
from cases.history.record import record_access
from cases.subjects import Closed

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@login_required
@require_safe
def file(request: HttpRequest, token: UUID) -> HttpResponse:
    """看材料: pictures inside the page, PDF as a download; who looked is stored before the bytes leave."""
    row = file_for(request.user, token)
    _remember(request, row)
    name = f"{row.material.code if row.material else row.kind}-{row.pk}"
    return sent(row.token, row.path, name=name, kind=row.kind, as_download="download" in request.GET)


def sent(token: UUID, path: str, *, name: str, kind: str, as_download: bool) -> HttpResponse:
    """The bytes of a stored file, so that nothing in them acts and nobody keeps them on the way; the look is recorded before."""
    is_pdf = kind == "pdf"
    try:
        data = vault.get(token, path)
    except Closed as fault:
        raise Erased(fault.why) from fault
    answer = HttpResponse(data, content_type="application/pdf" if is_pdf else "image/jpeg")
    how = "attachment" if is_pdf or as_download else "inline"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}.{"pdf" if is_pdf else "jpg"}"'
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
