"""From registered to helped (筛查漏斗): how many of a campaign came how far, by county."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.errors import NotFound
from cases.regions.queries import name_paths
from cases.screening.models import Campaign, Registration, Result
from cases.screening.outcomes import CONTRA, NORMAL, OBSERVE, OPERABLE, OUTCOMES, REFER
from cases.screening.queries import COUNTY, READ, counts, is_in

LEAST = 5
"""A smaller number is not shown in public: somebody could be known by it."""
WIDTH, NAMES, STEP = 420, 180, 30
HEIGHT = 10 * STEP + 10

STAGES: dict[str, Any] = {
    "registered": _("登记"),
    "examined": _("检查"),
    NORMAL: _("正常"),
    OBSERVE: _("定期复查"),
    REFER: _("转诊看别的病"),
    CONTRA: _("暂时不能做"),
    OPERABLE: _("可以救助"),
    "referred": _("开了转诊信"),
    "drafts": _("转为申请"),
    "sent": _("已提交"),
}


@dataclass(frozen=True)
class Bar:
    """One stage of the picture: its words, its count, its top and its width."""

    words: Any
    count: int
    top: int
    width: int

    @property
    def text(self) -> int:
        """The line on which its words stand."""
        return self.top + 16

    @property
    def end(self) -> int:
        """Where the count stands."""
        return NAMES + self.width + 8


@dataclass(frozen=True)
class Funnel:
    """The counts of one county, or of all (`code` is then "")."""

    code: str
    name: str
    places: int
    counts: dict[str, int] = field(default_factory=dict)

    def bars(self) -> list[Bar]:
        """The picture: each stage with its count and how long its bar is."""
        most = max(self.counts.values(), default=0) or 1
        return [
            Bar(words, self.counts[key], place * STEP + 8, round(WIDTH * self.counts[key] / most))
            for place, (key, words) in enumerate(STAGES.items())
        ]


def funnel(viewer: Any, campaign: Campaign) -> list[Funnel]:
    """漏斗 of what the viewer may read: the sum first, then each county by its code. NotFound without the right."""
    areas = [post.office.division_code for post in posts_of(viewer) if READ in post.role.rights]
    if not areas:
        raise NotFound()
    reach, quotas = Q(pk__in=[]), Q(pk__in=[])
    for area in areas:
        reach |= Q(division_code__startswith=area)
        quotas |= Q(county_code__startswith=area)
    places = dict(campaign.quotas.filter(quotas).values_list("county_code", "places"))
    counted = {row["county"]: row for row in _counted(campaign.registrations.filter(reach).filter(is_in()))}
    codes = sorted({*places, *counted})
    english = (get_language() or "").startswith("en")
    names = name_paths(codes, from_level="county", english=english)
    counties = [
        Funnel(code, names[code], places.get(code, 0), {key: counted.get(code, {}).get(key, 0) for key in STAGES})
        for code in codes
    ]
    return [_all(counties), *counties]


def _counted(rows: QuerySet[Registration]) -> list[Mapping[str, Any]]:
    now = Result.objects.filter(counts(), registration=OuterRef("pk"))
    counties = rows.annotate(
        county=Left("division_code", COUNTY),
        outcome=Subquery(now.values("outcome")),
        letter=Subquery(now.values("is_referred")),
    )
    live = Q(case__isnull=False, case__discarded_at=None)
    found = {one: Count("pk", filter=Q(outcome=one)) for one in OUTCOMES}
    counted = counties.values("county").annotate(
        registered=Count("pk"), examined=Count("pk", filter=Q(outcome__isnull=False)), **found,
        referred=Count("pk", filter=Q(letter=True)), drafts=Count("pk", filter=live),
        sent=Count("pk", filter=live & Q(case__submitted_at__isnull=False)),
    )  # fmt: skip
    return list(counted)


def _all(counties: list[Funnel]) -> Funnel:
    counts = {key: sum(one.counts[key] for one in counties) for key in STAGES}
    return Funnel("", str(_("合计")), sum(one.places for one in counties), counts)


def shown(count: int) -> str:
    """A count as it may stand in public: a small one is said to be small."""
    return str(count) if count == 0 or count >= LEAST else str(_("不到 %(least)s") % {"least": LEAST})


@dataclass(frozen=True)
class Told:
    """What is told of a campaign in public: counts alone, small ones hidden."""

    campaign: Campaign
    seen: str
    fit: str
    helped: str


def public_results() -> list[Told]:
    """以往筛查的结果: the last campaigns that ended, for everybody."""
    found = []
    for campaign in Campaign.objects.filter(closed_at__isnull=False).order_by("-closed_at")[:5]:
        rows = _counted(campaign.registrations.filter(is_in()))
        seen, fit, helped = (sum(row[key] for row in rows) for key in ("examined", OPERABLE, "sent"))
        found.append(Told(campaign, shown(seen), shown(fit), shown(helped)))
    return found
