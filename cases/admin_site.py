"""Who may enter the pages for administrators (管理后台), and by which door: the sign-in of everybody else."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import ADMIN_RIGHTS, rights_to_administer, who_may
from cases.errors import Refusal


def rights(request: HttpRequest) -> frozenset[str]:
    """The administrator's rights of this request, asked once."""
    known: frozenset[str] | None = getattr(request, "relief_admin_rights", None)
    if known is None:
        known = rights_to_administer(request.user)
        request.relief_admin_rights = known  # type: ignore[attr-defined]
    return known


class ReliefAdminSite(admin.AdminSite):
    """管理后台: offices, accounts and posts for system and security administrators; nothing else is written here."""

    site_header = site_title = _("管理后台")
    index_title = _("机构、账号与任职")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(rights(request) & ADMIN_RIGHTS)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            reason = _("管理后台只给系统管理员和安全管理员用。")
            raise Refusal(reason, code="no_right", who_may=who_may("admin.people", "64"))
        return redirect_to_login(request.GET.get("next", request.get_full_path()))
