"""What the pages of screening offer (可选的): counties, places, quotas, thresholds in words, and who gets in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, require
from cases.access.rules import covers
from cases.calendar import clock
from cases.errors import NotFound
from cases.regions.models import Division
from cases.regions.queries import name_paths, within
from cases.screening.models import Campaign, Quota, Session
from cases.screening.queries import ARRANGE, COUNTY, PLAN, PROVINCE, REFER, must_take_part, posts_with, session_of
from cases.text import is_key


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _called(row: Division) -> str:
    return row.name_en if _english() and row.name_en else row.name


def must_plan(viewer: Any) -> None:
    """Only who plans for the province."""
    must_take_part(viewer)
    require(viewer, PLAN, PROVINCE)


def must_refer(viewer: Any) -> None:
    """Only who makes cases of those who may be helped."""
    posts = must_take_part(viewer)
    if not posts_with(viewer, REFER):
        require(viewer, REFER, posts[0].office.division_code)


def arranging_area(viewer: Any) -> str:
    """The area in which the viewer arranges sessions."""
    posts = must_take_part(viewer)
    mine = posts_with(viewer, ARRANGE)
    return (mine[0] if mine else require(viewer, ARRANGE, posts[0].office.division_code)).office.division_code


def rights_in(viewer: Any) -> set[str]:
    """What the viewer may do in a campaign, by the last word of each right."""
    held = {right for post in posts_of(viewer) for right in post.role.rights if right.startswith("screening.")}
    return {right.rsplit(".", 1)[1] for right in held}


def counties() -> list[tuple[str, str]]:
    """The counties of the province."""
    return [(row.code, _called(row)) for row in within(PROVINCE, "county")]


def places(code: str) -> list[tuple[str, str]]:
    """The county, its towns and villages, where a session may be held."""
    rows = Division.objects.filter(code__startswith=code, level__in=["county", "town", "village"]).order_by("code")
    return [(row.code, _called(row)) for row in rows[:3000]]


@dataclass(frozen=True)
class County:
    """A county's quota on the page of a campaign, and whether the viewer may announce it."""

    quota: Quota
    name: str
    may_announce: bool


def quotas(viewer: Any, campaign: Campaign) -> list[County]:
    """The quotas of the viewer's area."""
    reach = Q(pk__in=[])
    for post in must_take_part(viewer):
        area = post.office.division_code
        reach |= Q(county_code=area[:COUNTY]) if len(area) > COUNTY else Q(county_code__startswith=area)
    rows = list(campaign.quotas.filter(reach).order_by("county_code"))
    names = name_paths([row.county_code for row in rows], from_level="county", english=_english())
    mine = [post.office.division_code for post in posts_with(viewer, ARRANGE)]
    return [
        County(
            row, names[row.county_code], any(covers(area, row.county_code) for area in mine) and not row.announced_at
        )
        for row in rows
    ]


LIMITS: dict[str, Any] = {
    "age_from": _("年龄从几岁起"),
    "vision_at_most": _("视力不高于"),
    "opacity_from": _("LOCS III 算混浊，从"),
    "pressure_above": _("眼压高于几毫米汞柱先转诊"),
    "loss_from": _("听力损失从几分贝起"),
    "loss_to": _("听力损失到几分贝止"),
    "sudden_days": _("几天内突然听不见的先看耳科"),
    "air_bone_gap": _("气骨导差几分贝以上的先看耳科"),
    "ear_difference": _("两耳相差几分贝以上的先看耳科"),
}


def limits_of(campaign: Campaign) -> list[tuple[Any, str]]:
    """The thresholds of a campaign in words."""
    return [(words, campaign.thresholds[key]) for key, words in LIMITS.items() if key in campaign.thresholds]


def chosen_session(viewer: Any, campaign: Campaign, key: str) -> Session | None:
    """The session that an address names, of this campaign; None when it names none."""
    if not key:
        return None
    found = session_of(viewer, int(key)) if is_key(key) else None
    if found is None or found.campaign_id != campaign.pk:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Open:
    """A session as the public page tells of it."""

    session: Session
    place: str


def public_sessions() -> list[Open]:
    """哪里可以筛查: sessions from today on in counties that have announced their campaign."""
    told = Quota.objects.filter(
        campaign=OuterRef("campaign"), announced_at__isnull=False, county_code=OuterRef("county")
    )
    rows = Session.objects.annotate(county=Left("division_code", COUNTY)).filter(Exists(told), campaign__closed_at=None)
    rows = rows.filter(on_day__gte=clock.today()).select_related("campaign", "team").order_by("on_day", "pk")
    found = list(rows[:200])
    names = name_paths([row.division_code for row in found], english=_english())
    return [Open(row, names[row.division_code]) for row in found]
