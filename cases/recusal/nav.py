"""This room's entry in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.access.rules import VEILED
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """亲属申报 for whoever has to do with cases."""
    rights = {right for post in posts_of(request.user) for right in post.role.rights}
    if any(right.startswith("case.read") for right in rights) or rights & VEILED.keys():
        yield NavItem(_("亲属申报"), reverse("recusal:relatives"), order=72)
