"""This room's entry in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.money.queries import rights_of
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """资金拨付 for those whose post opens it."""
    if "fund" in rights_of(request.user):
        yield NavItem(_("资金拨付"), reverse("money:home"), order=50)
