"""This room's entry in the navigation of the desk; imported with the addresses."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from project.context import NavItem, register_nav
from workflows.operations.queries import may_open


@register_nav
def entries(request: HttpRequest) -> Iterator[NavItem]:
    """案卷干预 for those who may do something there, and inspectors."""
    if may_open(getattr(request, "user", None)):
        yield NavItem(_("案卷干预"), reverse("operations:suspensions"), order=65)
