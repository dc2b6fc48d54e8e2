"""What every page is given: the name of the office, the help line, the letter size, and the desk's navigation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from project.preferences import TEXT_SIZES, text_size


@dataclass(frozen=True)
class NavItem:
    """One entry of the desk's navigation; `order` sorts, `count` is shown beside the words when given."""

    label: Any
    href: str
    order: int = 50
    count: int | None = None


NavProvider = Callable[[HttpRequest], Iterable[NavItem]]
_providers: list[NavProvider] = []


def register_nav(provider: NavProvider) -> NavProvider:
    """Adds a room's entries: the provider sees the request and gives those this person may open. Also a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def nav_items(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries for this person in order; `current` is the one whose address is the longest start of this page's.

    Somebody without a post has none, and is asked for nothing more.
    """
    from cases.access.queries import serves  # the frame is read before the models are

    if not serves(request.user):
        return []
    items = sorted((item for provider in _providers for item in provider(request)), key=lambda item: item.order)
    here = max((item.href for item in items if request.path.startswith(item.href)), key=len, default="")
    return [
        {"label": item.label, "href": item.href, "count": item.count, "current": item.href == here} for item in items
    ]


def work_of(request: HttpRequest) -> str:
    """Where this person's work begins: the first entry of the navigation, or "" for somebody without a post."""
    return next((item["href"] for item in nav_items(request)), "")


def kit(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the page skeletons; asks the database only for who has signed in: the way to his work."""
    size = text_size(request)
    return {
        "brand_name": settings.BRAND_NAME,
        "help_phone": settings.HELP_PHONE,
        "help_hours": settings.HELP_HOURS,
        "is_demo": settings.RELIEF_DEMO,
        "text_size": size,
        "text_sizes": [{"code": code, "label": label, "current": code == size} for code, label in TEXT_SIZES.items()],
        "here": request.get_full_path() if request.method in ("GET", "HEAD") else request.path,
        "nav": SimpleLazyObject(lambda: nav_items(request)),
    }
