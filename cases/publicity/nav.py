"""This room's entries in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.publicity.queries import INVESTIGATE, PUBLISH
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """公示 and 异议 for those whose post gives the right."""
    rights = {right for post in posts_of(request.user) for right in post.role.rights}
    if PUBLISH in rights:
        yield NavItem(_("公示"), reverse("publicity:board"), order=40)
    if INVESTIGATE in rights:
        yield NavItem(_("异议"), reverse("publicity:objections"), order=41)
