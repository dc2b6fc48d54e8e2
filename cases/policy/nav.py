"""This room's entry in the navigation of the desk; imported when the app starts."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.policy.queries import EDIT, LOCAL, PUBLISH
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """政策 for those who draft, publish or inspect."""
    rights = {right for post in posts_of(getattr(request, "user", None)) for right in post.role.rights}
    if rights & {EDIT, PUBLISH, LOCAL, "inspect"}:
        yield NavItem(_("政策"), reverse("policy:home"), order=70)
