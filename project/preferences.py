"""Language, letter size and number keys, kept for a year in a cookie without signing in; and the two plain pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

YEAR = 365 * 24 * 3600
TEXT_SIZE_COOKIE = "text_size"
NUMBER_KEYS_COOKIE = "number_keys"
TEXT_SIZES = {"normal": _("标准"), "elder": _("大字"), "third": _("特大")}


def text_size(request: HttpRequest) -> str:
    """字号: normal (19 px), elder (28.5 px) or third (40 px); an unknown cookie counts as normal."""
    size = request.COOKIES.get(TEXT_SIZE_COOKIE, "normal")
    return size if size in TEXT_SIZES else "normal"


def number_keys(request: HttpRequest) -> bool:
    """数字键: whether 1 to 9 choose on the pages of the desk; off until somebody switches them on (WCAG 2.1.4)."""
    return request.COOKIES.get(NUMBER_KEYS_COOKIE) == "on"


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """Back to the page in `next` when it is one of ours, else to the front page."""
    target = request.GET.get("next", "")
    here = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=here, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, secure=settings.LANGUAGE_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


@require_safe
def choose_text_size(request: HttpRequest, size: str) -> HttpResponse:
    """Sets the letter size and returns to the page the link stood on."""
    if size not in TEXT_SIZES:
        raise Http404
    response = _back(request)
    _remember(response, TEXT_SIZE_COOKIE, size)
    return response


@require_safe
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """Sets the language and returns to the page the link stood on."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    response = _back(request)
    _remember(response, settings.LANGUAGE_COOKIE_NAME, get_supported_language_variant(language))
    return response


@require_safe
def choose_number_keys(request: HttpRequest, way: str) -> HttpResponse:
    """Switches the number keys on or off and returns to the page the link stood on."""
    if way not in ("on", "off"):
        raise Http404
    response = _back(request)
    _remember(response, NUMBER_KEYS_COOKIE, way)
    return response


urlpatterns = [
    path("preferences/text-size/<slug:size>", choose_text_size, name="choose_text_size"),
    path("preferences/number-keys/<slug:way>", choose_number_keys, name="choose_number_keys"),
    path("preferences/language/<slug:language>", choose_language, name="choose_language"),
    path("about/privacy", TemplateView.as_view(template_name="about/privacy.html"), name="privacy"),
    path("about/accessibility", TemplateView.as_view(template_name="about/accessibility.html"), name="accessibility"),
]
