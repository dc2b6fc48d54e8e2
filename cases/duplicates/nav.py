"""This room's entries in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import may
from cases.duplicates import agencies
from cases.duplicates.queries import PROVINCE, RIGHT
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """既往救助 and 名单比对 for those whose post may bring them in."""
    if may(request.user, RIGHT, PROVINCE):
        yield NavItem(_("既往救助"), reverse("past_grants:home"), order=55)
    if may(request.user, agencies.RIGHT, agencies.PROVINCE):
        yield NavItem(_("名单比对"), reverse("lists:home"), order=56)
