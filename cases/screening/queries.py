"""Campaigns, sessions and registrations that a viewer may see, and who may do what in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office, Post
from cases.access.queries import may, posts_of, who_may
from cases.access.rules import covers
from cases.calendar import clock
from cases.errors import NotFound, Refusal
from cases.programme import programme, programmes
from cases.regions.models import Division
from cases.screening.models import Campaign, Quota, Registration, Session, SheetImport
from cases.screening.rules import Asked, place_names

PLAN, ARRANGE, REGISTER, RESULTS, READ, REFER = (
    "screening.plan", "screening.arrange", "screening.register", "screening.results", "screening.read", "screening.refer",
)  # fmt: skip
"""Rights: to plan campaigns and quotas, to arrange sessions and announce, to register, to enter results, to read all of it,
and to make cases of those who may be helped."""
PROVINCE = "64"
COUNTY = 6
PAGE = 50
TEAMS = ("hospital", "fitting")


def posts_with(viewer: Any, *rights: str) -> list[Post]:
    """The viewer's posts that give one of these rights, wherever."""
    return [post for post in posts_of(viewer) if set(rights) & set(post.role.rights)]


def must_take_part(viewer: Any) -> list[Post]:
    """Pages of screening are there for who has a part in it; NotFound for others."""
    posts = posts_with(viewer, PLAN, ARRANGE, REGISTER, RESULTS, READ)
    if not posts:
        raise NotFound()
    return posts


def campaigns(viewer: Any) -> QuerySet[Campaign]:
    """筛查活动: all of them for the offices that plan, arrange or read; a helper sees what his county has announced, a team
    where it has a session."""
    reach = Q(pk__in=[])
    for post in must_take_part(viewer):
        if {PLAN, ARRANGE, READ} & set(post.role.rights):
            return Campaign.objects.order_by("-starts_on", "-pk")
        if RESULTS in post.role.rights:
            reach |= Q(Exists(Session.objects.filter(campaign=OuterRef("pk"), team=post.office_id)))
        else:
            county = post.office.division_code[:COUNTY]
            told = Quota.objects.filter(campaign=OuterRef("pk"), county_code=county, announced_at__isnull=False)
            reach |= Q(Exists(told))
    return Campaign.objects.filter(reach).order_by("-starts_on", "-pk")


def campaign_of(viewer: Any, pk: int) -> Campaign:
    """One campaign, if this viewer may see it; NotFound otherwise."""
    found = campaigns(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def kind_of(campaign: Campaign) -> str:
    """What is measured: eyes or ears."""
    return programme(campaign.programme).screening


def screened_programmes() -> list[Any]:
    """The programmes that have screening campaigns."""
    return [card for card in programmes() if card.screening]


def sessions(viewer: Any, campaign: Campaign) -> QuerySet[Session]:
    """场次 of the viewer's area, and those of his team, by day; each with how many are registered (`registered`)."""
    reach = Q(pk__in=[])
    for post in must_take_part(viewer):
        if RESULTS in post.role.rights:
            reach |= Q(team=post.office_id)
        else:
            code = post.office.division_code
            reach |= Q(division_code__startswith=code) | Q(division_code__in=_above(code))
    live = Count("registrations", filter=is_in("registrations__"))
    found = campaign.sessions.filter(reach).select_related("team").annotate(registered=live)
    return found.order_by("on_day", "pk")


def _above(code: str) -> list[str]:
    """The places around a village or town, from its county on: what is held there is for it too."""
    return [code[:length] for length in (COUNTY, 9) if length < len(code)]


def session_of(viewer: Any, pk: int) -> Session:
    """One session of the viewer's area or team; NotFound otherwise."""
    found = Session.objects.select_related("campaign", "team").filter(pk=pk).first()
    if found is None or not sessions(viewer, found.campaign).filter(pk=pk).exists():
        raise NotFound()
    return found


def is_in(prefix: str = "") -> Q:
    """登记在册: not one of an import that is still under way; `prefix` leads from a list's rows to their registration."""
    return Q(**{f"{prefix}source_import": None}) | Q(**{f"{prefix}source_import__done_at__isnull": False})


def counts(prefix: str = "") -> Q:
    """算数的结果: not replaced, and not one of a sheet that is still under way."""
    return Q(**{f"{prefix}replaced_at": None}) & is_in(prefix)


def registrations(viewer: Any) -> QuerySet[Registration]:
    """看得见的登记: those of the viewer's area, and for a team those of its own sessions and nobody else."""
    reach = Q(pk__in=[])
    for post in posts_with(viewer, REGISTER, RESULTS, READ):
        if RESULTS in post.role.rights:
            reach |= Q(session__team=post.office_id)
        else:
            reach |= Q(division_code__startswith=post.office.division_code)
    return Registration.objects.filter(reach).filter(is_in())


def registration_of(viewer: Any, token: Any) -> Registration:
    """One registration by its token, if this viewer may see it; NotFound otherwise."""
    found = registrations(viewer).select_related("campaign", "session__team", "case").filter(token=token).first()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Area:
    """Where somebody may register: the post in which he does it, and the villages and towns."""

    post: Post
    code: str


def register_area(viewer: Any, session: Session | None) -> Area:
    """Where the viewer registers: his area; a team registers whoever comes to its session, from all of the province.

    Refusal or NotFound for who may not.
    """
    for post in posts_with(viewer, REGISTER):
        if RESULTS in post.role.rights:
            if session is not None and session.team_id == post.office_id:
                return Area(post, PROVINCE)
        else:
            return Area(post, post.office.division_code)
    raise _may_not(viewer)


def _may_not(viewer: Any) -> Refusal:
    if not posts_of(viewer):
        return NotFound()
    who = who_may(REGISTER, posts_of(viewer)[0].office.division_code)
    return Refusal(_("您的岗位不能在这里登记。"), code="no_right", who_may=who)


def asked_of(viewer: Any, campaign: Campaign, session: Session | None) -> Asked:
    """By what registrations are judged: the villages of the viewer's area in counties that have announced the campaign."""
    area = register_area(viewer, session)
    told = list(campaign.quotas.filter(announced_at__isnull=False).values_list("county_code", flat=True))
    counties = Q(pk__in=[])
    for code in told:
        if covers(area.code, code) or covers(code, area.code):
            counties |= Q(code__startswith=code)
    rows = Division.objects.filter(counties, code__startswith=area.code, level__in=["town", "village"])
    names = dict(Division.objects.filter(counties, level="town").values_list("code", "name"))
    return Asked(place_names(_named(rows, names)), clock.today())


def _named(rows: Iterable[Division], towns: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {row.code: ("" if len(row.code) < 12 else towns.get(row.code[:9], ""), row.name) for row in rows}


def taken(campaign: Campaign, keys: Iterable[str]) -> dict[str, int]:
    """已登记: the order numbers of the people of these keys who are registered in the campaign."""
    rows = campaign.registrations.filter(id_key__in=list(keys))
    return dict(rows.values_list("id_key", "serial"))


def team_of(viewer: Any, campaign: Campaign) -> list[Post]:
    """The posts in which the viewer examines in this campaign: their office is the team of one of its sessions.

    Refusal for who has none.
    """
    offices = set(campaign.sessions.values_list("team_id", flat=True))
    found = [post for post in posts_with(viewer, RESULTS) if post.office_id in offices]
    if found:
        return found
    posts = posts_of(viewer)
    raise only_the_team(posts[0].office.division_code) if posts else NotFound()


def only_the_team(code: str) -> Refusal:
    """The sentence for who is not of the team."""
    return Refusal(_("结果由这一场的医院或机构录入。"), code="no_right", who_may=who_may(RESULTS, code))


def imports(viewer: Any, campaign: Campaign, kind: str) -> list[SheetImport]:
    """表格导入 of this kind that the viewer began, or that a reader of the whole may see; newest first."""
    rows = campaign.imports.filter(kind=kind).select_related("by").order_by("-pk")
    return list((rows if may(viewer, READ, PROVINCE) else rows.filter(by=viewer))[:20])


def teams(code: str) -> list[Office]:
    """The hospitals and fitting centres of an area, whose teams go out."""
    near = Q(division_code__startswith=code[:4]) | Q(division_code=PROVINCE)
    return list(Office.objects.filter(near, kind__in=TEAMS, is_active=True).order_by("name"))
