"""Letters as page and as PDF."""

from __future__ import annotations

import functools
from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from cases.history.record import record_access
from cases.notices import actions, queries
from cases.notices.models import Notice
from cases.signin import OPENED, signed_in
from project.pdf import render_pdf


def _opened(request: HttpRequest, token: UUID, channel: str) -> tuple[Notice, queries.Sheet]:
    """The letter for this reader; the applicant's reading and the office's look are stored before the bytes leave."""
    held = queries.opened_letter(token, request.session.get(OPENED, []))
    notice = held or queries.letter_for(request.user, token)
    is_mine = held is not None or queries.is_mine(request.user, notice)
    if is_mine:
        by = request.user if request.user.is_authenticated else None
        actions.mark_read(notice=notice, by=by, with_code=held is not None)
    else:
        record_access(
            "read", object=notice, fields=["body"], by=request.user, case_id=notice.case_id, purpose=f"letter {channel}"
        )
    return notice, queries.sheet_of(notice, with_code=is_mine or queries.is_printed(notice))


def _with_phone_or_code(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sign in by phone, as the link of the message leads here; unless the code of the paper has opened the case."""

    @functools.wraps(view)
    def run(request: HttpRequest, token: UUID) -> HttpResponse:
        is_held = queries.opened_letter(token, request.session.get(OPENED, [])) is not None
        return view(request, token) if is_held else signed_in(view)(request, token)

    return run


@_with_phone_or_code
@require_safe
def letter(request: HttpRequest, token: UUID) -> HttpResponse:
    """The letter as a page."""
    notice, sheet = _opened(request, token, "page")
    context = {
        "notice": notice,
        "sheet": sheet,
        "deliveries": queries.deliveries_of(notice),
        "seal": queries.paper_seal(),
    }
    return render(request, "notices/letter.html", context)


@_with_phone_or_code
@require_safe
def letter_pdf(request: HttpRequest, token: UUID) -> HttpResponse:
    """The letter as PDF, made when asked for; in large letters for those who read large."""
    _notice, sheet = _opened(request, token, "pdf")
    made = render_pdf("notice", queries.print_data(sheet, large=request.COOKIES.get("text_size") in ("elder", "third")))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{sheet.number}.pdf"'
    answer["Content-Language"] = get_language() or "zh-hans"
    return answer


@login_required
@require_POST
def printed(request: HttpRequest, token: UUID) -> HttpResponse:
    """The office printed the letter for somebody without a mobile phone."""
    notice = queries.letter_for(request.user, token)
    actions.mark_printed(notice=notice, by=request.user)
    return redirect("notices:letter", token=token)
