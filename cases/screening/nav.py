"""This room's entry in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.screening.queries import PLAN, READ, REGISTER, RESULTS
from project.context import NavItem, register_nav

RIGHTS = {PLAN, READ, REGISTER, RESULTS}


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """筛查 for who plans, registers, examines or reads."""
    if any(RIGHTS & set(post.role.rights) for post in posts_of(request.user)):
        yield NavItem(_("筛查"), reverse("screening:home"), order=50)
