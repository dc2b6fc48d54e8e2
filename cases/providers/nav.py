"""This room's entries in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """通知单、申报 for hospitals; 费用核对、定点机构 for who checks them."""
    rights = {right for post in posts_of(request.user) for right in post.role.rights}
    if "provider.permits" in rights:
        yield NavItem(_("通知单"), reverse("providers:home"), order=10)
    if "provider.claims" in rights:
        yield NavItem(_("费用申报"), reverse("providers:claims"), order=12)
    if rights & {"claim.verify", "claim.check"}:
        yield NavItem(_("费用核对"), reverse("providers:lines"), order=52)
    if rights & {"provider.manage", "provider.confirm", "claim.verify"}:
        yield NavItem(_("定点机构"), reverse("providers:providers"), order=53)
