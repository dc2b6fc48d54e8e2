"""This room's entry in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """亲属申报 for whoever holds a post."""
    if posts_of(request.user):
        yield NavItem(_("亲属申报"), reverse("recusal:relatives"), order=72)
