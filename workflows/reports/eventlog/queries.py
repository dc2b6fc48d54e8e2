"""The exports and the requests about their names, for inspectors; whom a confirmed name stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cases.access.models import User
from cases.access.queries import get_case, posts_of
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.record import record_access
from cases.people.models import Person
from workflows.inspection.oversight.queries import OVERSEE
from workflows.inspection.queries import INSPECT, require_inspection
from workflows.reports.eventlog.models import LogExport, NameRequest
from workflows.reports.eventlog.names import Names

LAST = 30


def inspecting_post(viewer: Any) -> Any:
    """The post in which somebody inspects or oversees; None for who has none, and for the machine."""
    posts = posts_of(viewer) if viewer else []
    return next((post for post in posts if {INSPECT, OVERSEE} & set(post.role.rights)), None)


def require_log(viewer: Any) -> None:
    """Who inspects, and who oversees those who do, reads what was exported. Raises Refusal for everybody else."""
    if not any(OVERSEE in post.role.rights for post in posts_of(viewer)):
        require_inspection(viewer)


def may_export(viewer: Any) -> bool:
    """Whether somebody inspects himself."""
    return any(INSPECT in post.role.rights for post in posts_of(viewer))


def exports(viewer: Any) -> list[LogExport]:
    """导出记录: the last exports, newest first."""
    require_log(viewer)
    return list(LogExport.objects.select_related("by").order_by("-pk")[:LAST])


def export(viewer: Any, token: UUID) -> LogExport:
    """One export. Raises NotFound."""
    require_log(viewer)
    row = LogExport.objects.select_related("by").filter(token=token).first()
    if row is None:
        raise NotFound()
    return row


@dataclass(frozen=True)
class Asked:
    """一项请求, and whom the name stands for once a second person has said yes; "" before, and when it stands for nobody."""

    row: NameRequest
    found: str
    may_confirm: bool


def asked(viewer: Any, row: LogExport) -> list[Asked]:
    """还原请求 of an export; whom a name stands for is shown to who asked, and that it is shown is recorded first."""
    require_log(viewer)
    rows = list(row.requests.select_related("by", "confirmed_by").order_by("pk")[:LAST])
    shown = [one for one in rows if one.confirmed_by_id and one.by_id == viewer.pk]
    if rows:
        post = inspecting_post(viewer)
        record_access(
            "read", object=row, fields=["reason", *(one.name for one in shown)], by=viewer, purpose=row.purpose,
            role=post.role_id, office=post.office.name,
        )  # fmt: skip
    names = Names(bytes.fromhex(row.names_key))
    return [
        Asked(
            one,
            whom(viewer, names, one.name) if one in shown else "",
            not one.confirmed_by_id and one.by_id != viewer.pk,
        )
        for one in rows
    ]


def whom(viewer: Any, names: Names, name: str) -> str:
    """还原: the number of the case, the sign-in name of the account, or the name of the applicant."""
    model: Any = {"case": Case, "applicant": Person}.get(name.partition("-")[0], User)
    pk = names.whose(name, model.objects.order_by("pk").values_list("pk", flat=True).iterator())
    if pk is None:
        return ""
    if model is User:
        return str(User.objects.get(pk=pk).username)
    cases = Case.objects.filter(pk=pk) if model is Case else Case.objects.filter(patient=pk).exclude(number=None)
    return " ".join(get_case(viewer, str(number)).number or "" for number in cases.values_list("number", flat=True))
