"""This room's entry in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.privacy.rules import RIGHT
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """个人信息请求 for whoever may decide them."""
    if any(RIGHT in post.role.rights for post in posts_of(request.user)):
        yield NavItem(_("个人信息"), reverse("privacy:requests"), order=78)
