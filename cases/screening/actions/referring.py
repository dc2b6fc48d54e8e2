"""Help somebody on whom the screening found fit: a draft with what is known, for the helper of the village or the counter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import current_posts
from cases.dossier.models import Case
from cases.dossier.prefilled import live_case, prefilled_draft
from cases.errors import NotFound, Refusal
from cases.history.record import action, record
from cases.screening.actions.planning import act_in, referred_from
from cases.screening.models import Registration
from cases.screening.outcomes import OPERABLE
from cases.screening.queries import COUNTY, REFER, kind_of, registrations
from cases.screening.seen import result_of
from cases.screening.telling import known_of, said_of

HELPER = "AGT"


@action("screening.refer", about="none")
def refer_into_cases(*, registration: Registration, by: Any, now: datetime | None = None) -> Case:
    """转为申请: a draft of the programme for somebody who may be helped, as far as the county's quota goes; done twice, the same.

    It is the draft of the helper of the village, else of the clerk at the counter. Consent, papers and the truth are still
    to be given. Refusal for somebody who has a draft or an open case there, with the registration it is about.
    """
    assert now is not None
    found = _locked(registration, by)
    act_in(by, REFER, found.division_code)
    if found.case is not None and found.case.discarded_at is None:
        return found.case
    result = result_of(found)
    if result is None or result.outcome != OPERABLE:
        raise Refusal(_("筛查结果不是可以救助，不能转为申请。"), code="not_operable", status=409)
    other = live_case(found.campaign.programme, found.id_key)
    if other is not None:
        said = _("登记号 {number} 的人在这个项目里已有一份{what}。")
        what = _("草稿") if other.state == "DRAFT" else _("申请")
        raise Refusal(format_lazy(said, number=found.number, what=what), code="has_one", status=409)
    _must_have_place(found)
    kind = kind_of(found.campaign)
    owner, agent = _owner(found, by)
    case, left = prefilled_draft(
        slug=found.campaign.programme, owner=owner, agent=agent, channel="phone" if agent else "counter",
        said=said_of(found, result, kind, by_agent=agent is not None), known=known_of(found, result, kind), by=by, now=now,
    )  # fmt: skip
    found.case = case
    found.save(update_fields=["case"])
    told = {"serial": found.serial, "left_out": sorted(left)}
    record("screening.referred", about=("campaign", found.campaign_id), object=found, payload=told)
    return case


def _locked(registration: Registration, by: Any) -> Registration:
    rows = registrations(by).select_for_update(no_key=True, of=("self",)).select_related("campaign")
    found = rows.filter(pk=registration.pk).first()
    if found is None:
        raise NotFound()
    return found


def _must_have_place(registration: Registration) -> None:
    county = registration.division_code[:COUNTY]
    quota = registration.campaign.quotas.select_for_update(no_key=True).filter(county_code=county).first()
    if quota is None or referred_from(registration.campaign, county) >= quota.places:
        raise Refusal(_("本县的名额已经用完，请省里增加名额。"), code="quota_used", status=409)


def _owner(registration: Registration, by: Any) -> tuple[Any, Any]:
    """Whose draft it is, and who helps: whoever registered, if he is a helper there; else a helper of the village, then of
    the town; else the clerk."""
    code = registration.division_code
    helpers = [
        post for post in current_posts().filter(role=HELPER).select_related("user")
        if code.startswith(post.office.division_code)
    ]  # fmt: skip
    near = sorted(
        helpers,
        key=lambda post: (post.user_id != registration.by_id, -len(post.office.division_code), post.pk),
    )
    return (near[0].user, near[0].user) if near else (by, None)
