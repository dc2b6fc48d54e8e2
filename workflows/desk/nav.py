"""The desk's own entries in the navigation, by right."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import GRANT, STEPS, may_administer, posts_of
from cases.access.rules import VEILED
from project.context import NavItem, register_nav
from workflows.actions import LEAD
from workflows.desk.staffing.queries import END
from workflows.inspection.findings.queries import ANSWER
from workflows.inspection.oversight.queries import OVERSEE

PANEL_RIGHTS = {"panel.call", "panel.vote", "panel.minutes", "inspect"}


@register_nav
def entries(request: HttpRequest) -> Iterator[NavItem]:
    """办理台, 人手, 集体研究, 监督检查, 问题整改 and 办理速度 for those whose posts open them."""
    rights = {right for post in posts_of(getattr(request, "user", None)) for right in post.role.rights}
    if any(right.startswith("case.read") for right in rights) or rights & VEILED.keys():
        yield NavItem(_("办理台"), reverse("desk:home"), order=10)
    if rights & {STEPS, GRANT}:
        yield NavItem(_("替岗"), reverse("standing:home"), order=15)
    if LEAD in rights:
        yield NavItem(_("人手"), reverse("staffing:people"), order=15)
    if may_administer(getattr(request, "user", None), END):
        yield NavItem(_("离岗"), reverse("staffing:leavers"), order=92)
    if rights & PANEL_RIGHTS:
        yield NavItem(_("集体研究"), reverse("panel:meetings"), order=20)
    if "money.fund" in rights or rights & PANEL_RIGHTS or LEAD in rights:
        yield NavItem(_("轮候（等钱）"), reverse("desk:line"), order=21)
    if "inspect" in rights:
        yield NavItem(_("监督检查"), reverse("inspection:search"), order=60)
    if rights & {"inspect", ANSWER}:
        yield NavItem(_("问题整改"), reverse("findings:home"), order=61)
    if OVERSEE in rights:
        yield NavItem(_("检查员的行为"), reverse("oversight:home"), order=62)
    if "report.read" in rights:
        yield NavItem(_("办理速度"), reverse("reports:speed"), order=70)
        yield NavItem(_("考核"), reverse("evaluation:home"), order=71)
