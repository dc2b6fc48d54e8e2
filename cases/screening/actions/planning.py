"""Plan a campaign, give counties their quota, announce it and arrange its sessions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.access.queries import require
from cases.calendar.rules import local_day
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.policy.queries import current as policy_of
from cases.regions.queries import division
from cases.scales import HEARING, SCALES, SIGHT
from cases.screening.models import Campaign, Quota, Session
from cases.screening.outcomes import EARS, EYES, standard_of, thresholds
from cases.screening.queries import ARRANGE, COUNTY, PLAN, PROVINCE, TEAMS, screened_programmes

STANDARDS = {EYES: tuple(SIGHT), EARS: tuple(HEARING)}
FULL = _("还有内容没填好，请看标出的地方。")


def act_in(by: Any, right: str, code: str) -> None:
    """State the post in which somebody acts; raises what `require` raises."""
    post, act = require(by, right, code), current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)


def must_run(campaign: Campaign) -> None:
    """Refuses for a campaign that was closed."""
    if campaign.closed_at is not None:
        raise Refusal(_("这次筛查已经结束。"), code="closed", status=409)


@action("screening.plan", about="none")
def plan_campaign(
    *, programme: str, title: str, starts_on: date, ends_on: date, standard: str, by: Any, now: datetime | None = None
) -> Campaign:
    """计划筛查活动: its days and scale; the thresholds of the policy in force are pinned, examples while there is none.

    Where that policy names the standard of grading, it is that one.
    Raises Invalid with a sentence for each field.
    """
    assert now is not None
    act_in(by, PLAN, PROVINCE)
    card = {card.slug: card for card in screened_programmes()}.get(programme)
    policy = _policy(programme, local_day(now))
    faults: dict[str, Any] = {}
    if card is None:
        faults["programme"] = _("请选择项目")
    elif standard not in STANDARDS[card.screening]:
        faults["standard"] = _("这个标准不用于这个项目")
    elif policy is not None and standard != (named := standard_of(policy, standard)):
        faults["standard"] = format_lazy(_("现行政策规定：{standard}"), standard=SCALES[named])
    if not 4 <= len(title.strip()) <= 80:
        faults["title"] = _("名称 4 到 80 个字")
    elif Campaign.objects.filter(programme=programme, title=title.strip()).exists():
        faults["title"] = _("已有同名的筛查活动")
    if ends_on < starts_on:
        faults["ends_on"] = _("结束日期早于开始日期")
    if faults or card is None:
        raise Invalid(FULL, fields=faults)
    made = Campaign.objects.create(
        programme=programme, title=title.strip(), starts_on=starts_on, ends_on=ends_on, standard=standard,
        thresholds=thresholds(card.screening, policy), policy_id=policy.version if policy else None, made_by=by, made_at=now,
    )  # fmt: skip
    told = {"programme": programme, "standard": standard, "thresholds": made.thresholds, "policy": made.policy_id}
    record("screening.planned", about=("campaign", made.pk), object=made, payload=told)
    return made


def _policy(programme: str, on: date) -> Any:
    try:
        return policy_of(programme, on)
    except Refusal:
        return None


@action("screening.quota", about="campaign")
def set_quota(
    *, campaign: Campaign, county_code: str, places: int, by: Any, now: datetime | None = None
) -> Quota:  # fmt: skip
    """分配名额: how many people of a county may go on to be cases; never fewer than went on already."""
    assert now is not None
    act_in(by, PLAN, PROVINCE)
    must_run(campaign)
    place = division(county_code)
    if place is None or place.level != "county":
        raise Invalid(FULL, fields={"county_code": _("请选择县（市、区）")})
    row = campaign.quotas.select_for_update(no_key=True).filter(county_code=county_code).first()
    gone_on = referred_from(campaign, county_code)
    if places < gone_on:
        raise Invalid(
            FULL, fields={"places": format_lazy(_("已有 {number} 人转为申请，名额不能更少。"), number=gone_on)}
        )
    row = row or Quota(campaign=campaign, county_code=county_code)
    row.places = places
    row.save()
    told = {"county": county_code, "places": places}
    record("screening.quota_set", about=("campaign", campaign.pk), object=row, payload=told)
    return row


def referred_from(campaign: Campaign, county_code: str) -> int:
    """How many people of a county went on to be cases; drafts that were thrown away do not count."""
    rows = campaign.registrations.filter(division_code__startswith=county_code, case__isnull=False)
    return rows.filter(case__discarded_at=None).count()


@action("screening.announce", about="campaign")
def announce_campaign(*, campaign: Campaign, county_code: str, by: Any, now: datetime | None = None) -> Quota:
    """县里公告: from now on people of the county are registered. Once announced, it stays so."""
    assert now is not None
    act_in(by, ARRANGE, county_code)
    must_run(campaign)
    row = campaign.quotas.select_for_update(no_key=True).filter(county_code=county_code).first()
    if row is None:
        raise Refusal(_("这个县还没有名额，请省里先分配。"), code="no_quota", status=409)
    if row.announced_at is None:
        row.announced_by, row.announced_at = by, now
        row.save(update_fields=["announced_by", "announced_at"])
        record("screening.announced", about=("campaign", campaign.pk), object=row, payload={"county": county_code})
    return row


@action("screening.arrange", about="campaign")
def arrange_session(
    *,
    campaign: Campaign,
    division_code: str,
    site: str,
    on_day: date,
    team: Office | None,
    capacity: int,
    by: Any,
    now: datetime | None = None,
) -> Session:
    """安排场次: a site on a day of the campaign, with the team of a hospital or fitting centre."""
    assert now is not None
    act_in(by, ARRANGE, division_code)
    must_run(campaign)
    faults: dict[str, Any] = {}
    if division(division_code) is None or len(division_code) < COUNTY:
        faults["division_code"] = _("请选择地方")
    if not 2 <= len(site.strip()) <= 80:
        faults["site"] = _("地点 2 到 80 个字")
    if not campaign.starts_on <= on_day <= campaign.ends_on:
        faults["on_day"] = _("日期不在这次筛查的起止之间")
    if team is None or team.kind not in TEAMS:
        faults["team"] = _("请选择定点医院或验配机构")
    if not 1 <= capacity <= 5000:
        faults["capacity"] = _("人数在 1 到 5000 之间")
    same = Session.objects.filter(campaign=campaign, team=team, site=site.strip(), on_day=on_day)
    if not faults and same.exists():
        faults["on_day"] = _("这一天在这个地点已有场次")
    if faults or team is None:
        raise Invalid(FULL, fields=faults)
    made = Session.objects.create(
        campaign=campaign, division_code=division_code, site=site.strip(), on_day=on_day, team=team, capacity=capacity,
        made_by=by, made_at=now,
    )  # fmt: skip
    told = {"place": division_code, "day": on_day, "team": made.team_id, "capacity": capacity}
    record("screening.arranged", about=("campaign", campaign.pk), object=made, payload=told)
    return made


@action("screening.close", about="campaign")
def close_campaign(*, campaign: Campaign, by: Any, now: datetime | None = None) -> Campaign:
    """结束筛查活动: nobody is registered or examined any more; who may be helped can still go on to a case."""
    assert now is not None
    act_in(by, PLAN, PROVINCE)
    found = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    must_run(found)
    found.closed_at = now
    found.save(update_fields=["closed_at"])
    record("screening.closed", about=("campaign", found.pk), object=found)
    return found


__all__ = [
    "act_in", "announce_campaign", "arrange_session", "close_campaign", "must_run", "plan_campaign",
    "referred_from", "set_quota",
]  # fmt: skip
