"""File, extend and close objections: each holds one person until somebody outside the first review has looked (异议)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from cases.access.queries import require, visible_cases, who_may
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, current, record
from cases.people.rules import check_phone
from cases.policy.queries import due_date, policy_of
from cases.programme import tell
from cases.publicity import queries, rules
from cases.publicity.actions.lists import close_entry
from cases.publicity.models import Objection, PublicEntry
from cases.sealed import commitment_of
from cases.text import clean, clean_paragraphs


@action("objection.filed")
def file_objection(
    *,
    entry: PublicEntry | int,
    text: str,
    name: str = "",
    phone: str = "",
    by: Any = None,
    now: datetime | None = None,
) -> Objection:
    """提出异议: anybody may, with or without a name, while the list is shown. Holds this one person; the others go on.

    Raises Invalid with a sentence for each field, and Refusal when the list has ended.
    """
    assert now is not None
    pk = entry.pk if isinstance(entry, PublicEntry) else entry
    found = PublicEntry.objects.select_related("list").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    case = lock_case(found.case_id)
    found.refresh_from_db(fields=["closed_at"])
    running = rules.is_running(found.list.starts_on, found.list.ends_on, found.list.state, now)
    if not running or found.closed_at is not None:
        raise Refusal(
            _("公示已经结束。有情况请打电话反映。"),
            code="publicity_over",
            status=409,
            who_may=who_may(queries.INVESTIGATE, case.handling_code),
        )
    said, who = clean_paragraphs(text), clean(name)
    number = check_phone(phone) if clean(phone) else None
    faults = rules.faults_of_objection(said, who, phone, number is None or number.ok)
    if faults:
        raise Invalid(_("请把下面几处改好，再提交。"), fields=faults)
    is_first = not Objection.objects.filter(case=case, state="open").exists()
    day = local_day(now)
    due = due_date(policy_of(case, day), "objection", day)
    made = Objection.objects.create(
        token=uuid4(), entry=found, case=case, named=bool(who), objector_name=who,
        objector_phone=number.value if number else "", text=said, filed_at=now, due_on=due.on,
    )  # fmt: skip
    record(
        "objection.filed",
        about=("case", case.pk),
        object=made,
        payload={"list": found.list.number, "named": made.named, "due_on": made.due_on},
    )
    if is_first:
        tell(case, "objection_filed", by=by, now=now)
    return made


@action("objection.closed")
def close_objection(
    *, objection: Objection, upheld: bool, finding: str, answer: str = "", reasons: Sequence[str] = (), by: Any,
    now: datetime | None = None,
) -> Objection:  # fmt: skip
    """异议结论: upheld ends the case for coded `reasons`, dismissed lets it go on once no other objection is open and the list has ended.

    The answer is kept too when the case ended meanwhile; then nothing moves. Raises Refusal for whoever took in or first
    reviewed the case, Invalid for a finding shorter than the policy says, Stale when somebody else has closed it.
    """
    assert now is not None
    found, case = _to_look_into(objection, by)
    policy, faults = policy_of(case), {}
    if too_short := policy.opinion_fault(finding):
        faults["finding"] = too_short
    if upheld and not (reasons and set(reasons) <= {row.key for row in policy.section("reject_reasons")}):
        faults["reasons"] = _("请从列表里至少选一个原因")
    if faults:
        raise Invalid(_("请把下面几处改好，再提交。"), fields=faults)
    found.state, found.investigator, found.closed_at = ("upheld" if upheld else "dismissed"), by, now
    found.finding, found.answer = clean_paragraphs(finding), clean_paragraphs(answer)
    found.reasons = list(reasons) if upheld else []
    found.save(update_fields=["state", "investigator", "closed_at", "finding", "answer", "reasons"])
    payload = {"upheld": upheld, "reasons": found.reasons}
    record("objection.closed", about=("case", case.pk), object=found, payload=payload)
    _go_on(found, case, upheld, by, now)
    return found


@action("objection.extended")
def extend_objection(*, objection: Objection, reason: str, by: Any, now: datetime | None = None) -> Objection:
    """延长核查: once, with a reason, before the last day is over; the last day moves by what the policy allows.

    Raises Refusal as for the conclusion, and when it was extended before or is overdue; Invalid for too short a reason.
    """
    found, case = _to_look_into(objection, by)
    assert now is not None
    policy = policy_of(case)
    why_not = queries.why_not_longer(found, now=now)
    if why_not:
        who = who_may(queries.INVESTIGATE, case.handling_code)
        raise Refusal(why_not, code="not_extendable", status=409, who_may=who)
    if too_short := policy.opinion_fault(reason):
        raise Invalid(too_short, fields={"reason": too_short})
    before = found.due_on or local_day(now)
    found.due_on = due_date(policy, "objection_extension", before).on
    found.extended_at, found.extended_by, found.extension_reason = now, by, clean_paragraphs(reason)
    found.save(update_fields=["due_on", "extended_at", "extended_by", "extension_reason"])
    payload = {"before": before, "after": found.due_on, "reason": commitment_of(found.extension_reason)}
    record("objection.extended", about=("case", case.pk), object=found, payload=payload)
    return found


def _to_look_into(objection: Objection, by: Any) -> tuple[Objection, Any]:
    """An open objection and its locked case, for somebody who may look into it; the post is stated."""
    found = Objection.objects.select_related("entry__list").filter(pk=objection.pk).first()
    if found is None or not visible_cases(by).filter(pk=found.case_id).exists():
        raise NotFound()
    case = lock_case(found.case_id)
    post = require(by, queries.INVESTIGATE, case.handling_code)
    why_not = queries.why_not_mine(by, case)
    if why_not:
        raise Refusal(why_not, code="first_reviewer", who_may=queries.OUTSIDERS)
    found.refresh_from_db(fields=["state", "due_on", "extended_at"])
    if found.state != "open":
        raise Stale(_("这条异议刚才已有结论，请刷新查看。"), who_may=who_may(queries.INVESTIGATE, case.handling_code))
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    return found, case


def _go_on(objection: Objection, case: Any, upheld: bool, by: Any, now: datetime) -> None:
    """What the road is told: an upheld one at once, a dismissed one when it was the last that held the person.

    A case that ended meanwhile has left its list and is told nothing.
    """
    entry = objection.entry
    if case.closed_at is not None:
        return
    if upheld:
        if entry.closed_at is None:
            entry.closed_at = now
            entry.save(update_fields=["closed_at"])
        if not Objection.objects.filter(case=case, state="upheld").exclude(pk=objection.pk).exists():
            tell(case, "objection_closed", by=by, now=now, upheld=True, reasons=objection.reasons)
        return
    if Objection.objects.filter(case=case, state="open").exists():
        return
    if Objection.objects.filter(case=case, state="upheld").exists():
        return
    tell(case, "objection_closed", by=by, now=now, upheld=False)
    if entry.closed_at is None and entry.list.ends_on < local_day(now):
        close_entry(entry=entry.pk, case=case.pk, by=by, now=now)
