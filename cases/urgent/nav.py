"""This room's entry in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.urgent.queries import may_list
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """急难救助 for those whose post opens the list."""
    if may_list(request.user):
        yield NavItem(_("急难救助"), reverse("urgent:home"), order=22)
