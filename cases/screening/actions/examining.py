"""Enter what was found at a session; a correction replaces it and both stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of
from cases.calendar.rules import local_day
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, current, record
from cases.screening.actions.planning import must_run
from cases.screening.models import Registration, Result, SheetImport
from cases.screening.queries import RESULTS, kind_of, only_the_team, registrations
from cases.screening.working import day_fault, work_out


@action("screening.examine", about="none")
def record_result(
    *,
    registration: Registration,
    findings: Mapping[str, Any],
    examined_on: date,
    by: Any,
    now: datetime | None = None,
) -> Result:
    """录入筛查结果: by the team of the person's session; raw values are kept, what they mean is worked out and kept beside them.

    Raises Invalid with a sentence for each field. Entered again, it replaces the result as long as no case came of it.
    """
    assert now is not None
    found = _mine(registration, by)
    must_run(found.campaign)
    _must_be_that_day(found, examined_on, now)
    had = found.results.filter(replaced_at=None).first()
    if had is not None and found.case is not None and found.case.discarded_at is None:
        raise Refusal(_("已经转为申请，结果不能再改。"), code="has_case", status=409)
    made = written_result(found, findings, examined_on, by=by, now=now)
    if had is not None:
        had.replaced_at = now
        had.save(update_fields=["replaced_at"])
    made.save(force_insert=True)
    told = {"serial": found.serial, "replaces": had.pk if had else None}
    record(
        "screening.examined", about=("campaign", found.campaign_id), object=made, payload=told, happened_on=examined_on
    )
    return made


def written_result(
    registration: Registration, findings: Mapping[str, Any], examined_on: date, *, by: Any, now: datetime,
    source: SheetImport | None = None,
) -> Result:  # fmt: skip
    """The row of a result, worked out and not yet stored. Raises Invalid with a sentence for each field."""
    campaign = registration.campaign
    result, worked = work_out(
        kind_of(campaign), findings, born=date.fromisoformat(str(registration.birth_date)), on=examined_on,
        standard=campaign.standard, limits=campaign.thresholds,
    )  # fmt: skip
    return Result(
        campaign=campaign, registration=registration, session=registration.session, examined_on=examined_on,
        findings=dict(findings), worked=worked | {"policy": campaign.policy_id}, outcome=result.outcome,
        is_referred=bool(result.refer_for), by=by, at=now, source_import=source,
    )  # fmt: skip


def _mine(registration: Registration, by: Any) -> Registration:
    """The registration under its lock, for the team of its session; the post is stated."""
    found = (
        registrations(by).select_for_update(no_key=True, of=("self",)).select_related("campaign", "session")
        .filter(pk=registration.pk).first()
    )  # fmt: skip
    if found is None:
        raise NotFound()
    act = current()
    assert act is not None
    for post in posts_of(by):
        if RESULTS in post.role.rights and found.session is not None and found.session.team_id == post.office_id:
            act.as_(role=post.role_id, office=post.office.name)
            return found
    raise only_the_team(found.division_code)


def _must_be_that_day(registration: Registration, examined_on: date, now: datetime) -> None:
    said = day_fault(examined_on, first=registration.first_day, today=local_day(now))
    if said:
        raise Invalid(said, fields={"examined_on": said})
