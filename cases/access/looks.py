"""Who looked at a file (查阅记录), as its applicant is told: office, post, time and purpose, never a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office, Post, Role
from cases.access.queries import may, named
from cases.access.rules import covers
from cases.calendar.rules import local_day
from cases.errors import NotFound
from cases.history.models import Access

if TYPE_CHECKING:
    from cases.dossier.models import Case

INSPECTOR = "INS"
PURPOSES: dict[str, Any] = {
    "material": _("看材料"),
    "objection": _("核查异议"),
    "letter": _("看通知"),
    "permit": _("通知单"),
    "inspection": _("监督检查"),
    "urgent": _("急难救助"),
    "fitting": _("验配"),
    "own": _("下载本人信息"),
    "privacy": _("办理个人信息请求"),
    "export_bundle": _("导出办理记录"),
    "prove": _("出具办理记录的证明"),
}
"""What a page says of itself when nobody was asked for a purpose."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """检查的情况: whether a file of inspectors on a case is open, and when its office was last told what they found."""

    is_open: bool = False
    told_at: datetime | None = None


_inspections: list[Callable[[int], Inspected]] = []


def on_inspections(told: Callable[[int], Inspected]) -> None:
    """Let the room of inspection say whether a case is being inspected; called once when the app starts."""
    if told not in _inspections:
        _inspections.append(told)


def _of_inspectors(case: Case, is_applicant: bool) -> Q:
    """Looks of inspectors that may be shown: to the applicant unless a file on his case is open.

    To everybody else, his helper too, those before the office was last told what was found.
    """
    known = [told(case.pk) for told in _inspections]
    if is_applicant:
        return Q(pk__in=[]) if any(one.is_open for one in known) else ~Q(pk__in=[])
    last = max((one.told_at for one in known if one.told_at), default=None)
    return Q(pk__in=[]) if last is None else Q(recorded_at__lte=last)


@dataclass(frozen=True, slots=True)
class Look:
    """查阅记录 as the applicant sees it: office, role, time, purpose; never a name."""

    office: str
    role: str
    at: datetime
    purpose: str
    action: str


OPENED = "open"
"""A file whose sensitive parts are masked was opened at a desk: kept for the inspector and as proof of reading."""


def who_looked(case: Case, viewer: Any) -> list[Look]:
    """谁看过: looks of others at this file, newest first, for its applicant, helper or a reader of its history.

    Raises NotFound for anybody else.
    """
    is_mine = viewer.pk in (case.owner_id, case.agent_id)
    if not is_mine and may(viewer, "case.history", case.handling_code) is None:
        raise NotFound()
    own = [pk for pk in (case.owner_id, case.agent_id) if pk]
    seen = Access.objects.filter(case_id=case.pk).exclude(actor__in=own).exclude(action=OPENED)
    if may(viewer, "inspect", case.handling_code) is None:
        seen = seen.filter(~Q(acting_role=INSPECTOR) | _of_inspectors(case, viewer.pk == case.owner_id))
    rows = list(seen.order_by("-recorded_at", "-pk")[:500])
    roles = Role.objects.in_bulk()
    english = (get_language() or "").startswith("en")
    posts = _posts_by_person({row.actor for row in rows if row.actor and not (row.acting_role and row.acting_office)})
    offices, looks = office_words(), []
    for row in rows:
        held = _post_on(posts.get(row.actor or 0, []), local_day(row.recorded_at), case.handling_code)
        role = roles.get(row.acting_role or (held.role_id if held else ""))
        office = row.acting_office or (held.office.name if held else "")
        place, post = offices.get(office, office), named(role, english) if role else ""
        looks.append(Look(place, post, row.recorded_at, purpose_words(row.purpose), row.action))
    return looks


@dataclass(frozen=True, slots=True)
class Visit:
    """一次查阅: the looks of one post at one office on one day, from the last to the first, with how many they were."""

    office: str
    role: str
    purpose: str
    at: datetime
    times: int


def visits(looks: Iterable[Look]) -> list[Visit]:
    """谁看过, a line for each post and day: who opens eleven papers of a file looked at it once."""
    found: dict[tuple[str, str, str, date], Visit] = {}
    for look in looks:
        key = (look.office, look.role, look.purpose, local_day(look.at))
        earlier = found.get(key)
        found[key] = Visit(
            look.office,
            look.role,
            look.purpose,
            earlier.at if earlier else look.at,
            earlier.times + 1 if earlier else 1,
        )
    return list(found.values())


def purpose_words(purpose: str | None) -> str:
    """用途 as people read it."""
    given = purpose or ""
    return str(PURPOSES.get(given.partition(" ")[0], gettext(given) if given else ""))


def office_words() -> dict[str, str]:
    """Office names as history wrote them down -> as this reader's language calls them; empty in Chinese."""
    if not (get_language() or "").startswith("en"):
        return {}
    return dict(Office.objects.exclude(name_en="").values_list("name", "name_en"))


def _posts_by_person(people: set[int]) -> dict[int, list[Post]]:
    found: dict[int, list[Post]] = {}
    for post in Post.objects.filter(user_id__in=people).select_related("office", "role").order_by("-pk"):
        found.setdefault(post.user_id, []).append(post)
    return found


def _post_on(posts: list[Post], day: date, code: str) -> Post | None:
    then = [post for post in posts if post.starts_on <= day and (post.ends_on is None or post.ends_on >= day)]
    return next((post for post in then if covers(post.office.division_code, code)), then[0] if then else None)
