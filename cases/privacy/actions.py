"""Requests about one's own data, and erasure: proposed by one person, confirmed by a second, who destroys the keys."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require, who_may
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.evidence import vault
from cases.evidence.models import MaterialFile
from cases.history.record import action, current, record
from cases.people.queries import is_applicant
from cases.privacy.models import PrivacyHold, PrivacyRequest
from cases.privacy.queries import due_on, holds_of, is_erased
from cases.privacy.rules import RIGHT, restricts, stopped
from cases.sealed import commitment_of


@action("privacy.ask")
def ask(*, case: Case, kind: str, words: str, by: Any, now: datetime | None = None) -> PrivacyRequest:
    """提出请求: a copy, a correction or the erasure of what a case holds of the person; by the applicant alone.

    Asked again while the first is open, the first stands. Raises NotFound for anybody else, Invalid for a correction that
    does not say of what, Refusal once the data are erased.
    """
    assert now is not None
    found = lock_case(case.pk)
    if not is_applicant(by, found):
        raise NotFound()
    if is_erased(found):
        raise Refusal(_("这件的个人信息已经删除。"), code="erased", status=410)
    if kind not in dict(PrivacyRequest.KINDS):
        raise Invalid(_("请选要办什么。"), fields={"kind": _("请选一项。")})
    if kind == "correction" and not words.strip():
        raise Invalid(_("请写明哪里要更正。"), fields={"words": _("请写明哪里要更正，改成什么。")})
    standing = PrivacyRequest.objects.filter(case=found, kind=kind, state__in=["asked", "proposed"]).first()
    if standing is not None:
        return standing
    made = PrivacyRequest.objects.create(
        case=found, kind=kind, words=words.strip(), asked_by=by, asked_at=now,
        due_on=due_on(found, local_day(now)),
    )  # fmt: skip
    payload = {"kind": kind, "words": commitment_of(made.words), "due_on": made.due_on}
    record("privacy.asked", about=("case", found.pk), object=made, payload=payload)
    return made


@action("privacy.answer")
def answer(
    *, request: PrivacyRequest, agreed: bool, words: str, by: Any, now: datetime | None = None
) -> PrivacyRequest:
    """答复请求: done, or not and why; an erasure is done by two people and can only be refused here."""
    assert now is not None
    found = _taken_up(request, by)
    if found.state != "asked" or (found.kind == "erasure" and agreed):
        raise Stale(_("这个请求不能这样答复。"))
    if not words.strip():
        raise Invalid(_("请写明怎么答复。"), fields={"words": _("请写明怎么答复。")})
    found.state, found.answer, found.answered_at = "done" if agreed else "refused", words.strip(), now
    found.save(update_fields=["state", "answer", "answered_at"])
    payload = {"kind": found.kind, "agreed": agreed, "answer": commitment_of(found.answer)}
    record("privacy.answered", about=("case", found.case_id), object=found, payload=payload)
    return found


@action("privacy.propose")
def propose(*, request: PrivacyRequest, by: Any, now: datetime | None = None) -> PrivacyRequest:
    """提请删除: the first person; what the law keeps is set aside instead, in storage only, until nothing keeps it.

    Raises Refusal for an open case and unpaid money: then nothing is erased and nothing set aside.
    """
    assert now is not None
    found = _taken_up(request, by)
    if found.kind != "erasure" or found.state not in ("asked", "restricted"):
        raise Stale(_("这个请求已经办过，或者不是要求删除。"))
    if found.asked_by_id == by.pk:
        raise Refusal(
            _("自己提的请求，由别人来办。"), code="own_request", who_may=who_may(RIGHT, found.case.handling_code)
        )
    holds = holds_of(found.case)
    stop = stopped(holds)
    if stop is not None:
        raise Refusal(stop.words, code=f"held_{stop.code}", status=409)
    found.proposed_by, found.proposed_at = by, now
    found.state = "restricted" if restricts(holds) else "proposed"
    found.save(update_fields=["state", "proposed_by", "proposed_at"])
    payload: dict[str, Any] = {"holds": {hold.code: hold.until for hold in holds}}
    if found.state == "restricted":
        payload["keys"] = _asked_of_database("SELECT privacy_restrict(%s, 'all')", found.pk)
    record(f"privacy.{found.state}", about=("case", found.case_id), object=found, payload=payload)
    return found


@action("privacy.erase")
def erase(*, request: PrivacyRequest, by: Any, now: datetime | None = None) -> PrivacyRequest:
    """确认删除: the second person; the keys of the case and of its people are destroyed, and what it could be found by.

    Nothing that was sealed opens again, in no copy and no backup; history stays whole. The money of a paid case stays in
    storage only, for its vouchers. Done once, a second time changes nothing. Raises Refusal for the first person.
    """
    assert now is not None
    found = _taken_up(request, by)
    if found.kind == "erasure" and found.state == "done":
        return found
    if found.kind != "erasure" or found.state != "proposed":
        raise Stale(_("要先有人提请删除。"))
    if by.pk in (found.proposed_by_id, found.asked_by_id):
        raise Refusal(
            _("提请的人不能自己确认，要第二个人。"),
            code="second_person",
            who_may=who_may(RIGHT, found.case.handling_code),
        )
    hold = next((one for one in holds_of(found.case) if one.code != "voucher"), None)
    if hold is not None:
        raise Refusal(hold.words, code=f"held_{hold.code}", status=409)
    found.confirmed_by, found.answered_at, found.state = by, now, "done"
    found.save(update_fields=["confirmed_by", "answered_at", "state"])
    counts = json.loads(_asked_of_database("SELECT privacy_erase(%s)::text", found.pk))
    files = MaterialFile.objects.filter(case=found.case_id, removed_at=None).order_by("pk")
    act = current()
    if act is not None:
        act.after += [partial(vault.empty, file.path, f"case:{found.case_id}") for file in files]
    payload = {**counts, "files": [file.sha256 for file in files]}
    record("privacy.erased", about=("case", found.case_id), object=found, payload=payload)
    return found


@action("privacy.hold")
def hold(*, case: Case, kind: str, reason: str, until: date, by: Any, now: datetime | None = None) -> PrivacyHold:
    """保全: while it stands nothing of this case is erased. Raises Invalid without a reason and for a day that is past."""
    assert now is not None
    found = lock_case(case.pk)
    _in_post(by, found)
    if kind not in dict(PrivacyHold.KINDS) or not reason.strip() or until < local_day(now):
        fields = {"reason": _("请写明依据。")} if not reason.strip() else {"until": _("请填今天或以后的日期。")}
        raise Invalid(_("请写明保全的依据和期限。"), fields=fields)
    made = PrivacyHold.objects.create(
        case=found, kind=kind, reason=reason.strip(), until=until, placed_by=by, placed_at=now
    )
    record("privacy.held", about=("case", found.pk), object=made, payload={"kind": kind, "until": until})
    return made


@action("privacy.release", about="none")
def release(*, hold: PrivacyHold, by: Any, now: datetime | None = None) -> PrivacyHold:
    """解除保全. Raises Stale when it is ended already."""
    lock_case(hold.case_id)
    found = PrivacyHold.objects.select_related("case").get(pk=hold.pk)
    _in_post(by, found.case)
    if found.ended_at is not None:
        raise Stale(_("这项保全已经解除。"))
    found.ended_by, found.ended_at = by, now
    found.save(update_fields=["ended_by", "ended_at"])
    record("privacy.released", about=("case", found.case_id), object=found, payload={"kind": found.kind})
    return found


def _taken_up(request: PrivacyRequest, by: Any) -> PrivacyRequest:
    case = lock_case(request.case_id)
    _in_post(by, case)
    found = PrivacyRequest.objects.get(pk=request.pk)
    found.case = case
    return found


def _in_post(by: Any, case: Case) -> None:
    post = require(by, RIGHT, case.handling_code)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)


def _asked_of_database(statement: str, key: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return cursor.fetchone()[0]
