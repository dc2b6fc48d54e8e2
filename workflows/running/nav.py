"""This room's entry in the navigation of the desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import may_administer
from project.context import NavItem, register_nav
from workflows.running.queries import may_operate


@register_nav
def entries(request: HttpRequest) -> Iterator[NavItem]:
    """运行 for the system administrator, and the keys of machines for whoever gives posts."""
    if may_operate(request.user):
        yield NavItem(_("运行"), reverse("running:home"), order=95)
    elif may_administer(request.user, "admin.posts"):
        yield NavItem(_("机器账号"), reverse("running:machines"), order=95)
