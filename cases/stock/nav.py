"""This room's entries in the navigation of the desk; imported when the app starts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.stock.centres import fits, reads_queue
from cases.stock.queries import reads
from project.context import NavItem, register_nav


@register_nav
def entries(request: HttpRequest) -> Iterable[NavItem]:
    """实物库存 for those who keep devices or read the stock."""
    if reads(request.user):
        yield NavItem(_("实物库存"), reverse("stock:home"), order=56)
    if fits(request.user):
        yield NavItem(_("验配"), reverse("fitting:home"), order=57)
    if reads_queue(request.user):
        yield NavItem(_("轮候（等设备）"), reverse("fitting:waiting"), order=58)
