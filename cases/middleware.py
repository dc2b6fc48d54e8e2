"""Turn a refusal into a page that says what, why and who may; a refused look is recorded once."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from cases.errors import Refusal, Stale
from cases.history.record import refusals_recorded
from project import faults


class RefusalMiddleware:
    """拒绝页面: 403, 404, 409, 410, 422 and 503 in one place, for pages and for the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        return refusal_page(request, exception)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a refusal; stores it when no action did before."""
    user = request.user if getattr(request, "user", None) and request.user.is_authenticated else None
    try:
        with refusals_recorded(f"view.{getattr(request.resolver_match, 'view_name', '')}"[:60], by=user):
            raise refusal
    except Refusal:
        pass
    if faults.is_api(request):
        return JsonResponse(
            faults.told(refusal.code, refusal.reason, refusal.who_may, refusal.fields), status=refusal.status
        )
    status = refusal.status if refusal.status in (403, 404, 409, 410, 503) else 400
    return faults.refused(
        request, status, reason=refusal.reason, who_may=refusal.who_may, is_stale=isinstance(refusal, Stale)
    )
