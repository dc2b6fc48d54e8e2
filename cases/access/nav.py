"""This room's entries in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import LOG, posts_of, rights_to_administer
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """账号留痕 for the audit administrator, 管理后台 for the system and the security administrator."""
    if any(LOG in post.role.rights for post in posts_of(request.user)):
        yield NavItem(_("账号留痕"), reverse("account_log"), order=80)
    if rights_to_administer(request.user):
        yield NavItem(_("管理后台"), reverse("admin:index"), order=90)
