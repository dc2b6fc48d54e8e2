"""Tell the applicant, put a frozen list on the public page, end it, take it down (公示)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require, who_may
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import IsSuspended, lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.notices.actions import notify
from cases.policy.queries import policy_of
from cases.programme import tell
from cases.publicity import queries, rules
from cases.publicity.models import Objection, PublicEntry, PublicList
from cases.publicity.page import render_list

log = structlog.get_logger(__name__)

NUMBERS = 6_402_011  # advisory lock under which lists are numbered


@action("publicity.announced")
def announce(*, cases: Sequence[Case], by: Any, now: datetime | None = None) -> int:
    """公示前告知: a letter N08 to each applicant who has none yet, with how to refuse the name; answers how many."""
    assert now is not None
    queries.must_publish(by)
    written = 0
    for pk in sorted(case.pk for case in cases):
        case = lock_case(pk)
        _act_for(case, by)
        why_not = rules.why_not_listed(
            state=case.state, award=case.award, told_before=True, is_listed=queries.is_listed(case)
        )
        if why_not:
            raise Refusal(why_not, code="not_awaiting", status=409, who_may=who_may("panel.call", case.handling_code))
        if queries.told_before(case, now):
            continue
        notify(case=case, code="N08", data=announcement(case, now), by=by, now=now)
        written += 1
    return written


def announcement(case: Case, now: datetime) -> dict[str, Any]:
    """What the letter N08 says of a case: amount, days, whether a code stands for the name, about when it ends."""
    workdays = policy_of(case, local_day(now)).days("publicity")
    due = rules.list_days(local_day(now), workdays, calendar())
    return {
        "amount": case.award,
        "days": workdays,
        "is_coded": not queries.agreed_to_publicity(case),
        "due_on": due.on,
        "provisional": due.provisional,
    }


def _act_for(case: Case, by: Any) -> None:
    post = require(by, queries.PUBLISH, case.handling_code)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)


@action("publicity.posted")
def publish(*, cases: Sequence[Case], by: Any, now: datetime | None = None) -> PublicList:
    """公示: freeze the masked list of these cases and put it on the public page from today to its last day.

    The longest publicity of the cases' policies counts for all. Raises Refusal for a case that is not awaiting
    publicity or whose applicant was not told before, Invalid for an empty list.
    """
    assert now is not None
    queries.must_publish(by)
    if not cases:
        raise Invalid(_("请至少选一件，再公示。"), fields={"cases": _("请至少选一件")})
    locked = [lock_case(pk) for pk in sorted({case.pk for case in cases})]
    for case in locked:
        _act_for(case, by)
        _must_be_listable(case, now)
    today = local_day(now)
    policies = [policy_of(case, today) for case in locked]
    last = rules.list_days(today, max(policy.days("publicity") for policy in policies), calendar())
    fewest = max(policy.count("public_list_minimum") for policy in policies)
    shown = rules.lines([queries.candidate(case, today) for case in locked], _draw_code, fewest=fewest)
    plist = PublicList(
        token=uuid4(), number=_number(today.year), division_code=rules.common_area(line.area for line in shown),
        starts_on=today, ends_on=last.on, ends_provisional=last.provisional, made_by=by, posted_at=now,
    )  # fmt: skip
    areas = {line.area: queries.area_name(line.area) for line in shown}
    plist.snapshot = render_list(plist, shown, areas | {plist.division_code: queries.area_name(plist.division_code)})
    plist.sha256 = hashlib.sha256(plist.snapshot.encode()).hexdigest()
    plist.save()
    plist.refresh_from_db(fields=["posted_at"])
    for position, line in enumerate(shown, start=1):
        entry = PublicEntry.objects.create(
            list=plist, case_id=line.case, position=position, shown_name=line.shown_name, shown_area=areas[line.area],
            shown_group=line.group, amount=line.amount, case_tail=line.tail, is_coded=line.is_coded,
        )  # fmt: skip
        record(
            "publicity.posted",
            about=("case", line.case),
            object=entry,
            payload={"list": plist.number, "sha256": plist.sha256, "ends_on": plist.ends_on, "coded": line.is_coded},
        )
    return plist


def _must_be_listable(case: Case, now: datetime) -> None:
    told = queries.told_before(case, now)
    why_not = rules.why_not_listed(
        state=case.state, award=case.award, told_before=told, is_listed=queries.is_listed(case)
    )
    if why_not:
        raise Refusal(
            _("{number}：{why}").format(number=case.number, why=why_not),
            code="not_listable",
            status=409,
            who_may=who_may("panel.call" if told else queries.PUBLISH, case.handling_code),
        )


def _draw_code() -> str:
    return rules.shown_code(secrets.choice(rules.CODE_LETTERS) for _place in range(rules.CODE_LENGTH))


def _number(year: int) -> str:
    """公示编号: G2026-0007; numbers are given one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    return f"G{year}-{PublicList.objects.filter(number__startswith=f'G{year}-').count() + 1:04d}"


def close_due(*, now: datetime | None = None) -> int:
    """公示期满: end what is due; how many entries ended. The clock calls it at each pass, each entry on its own.

    An entry with an open objection waits until that is closed, one of a suspended case (停办) until it goes on; one that fails does not keep the others waiting, and is
    tried again at the next pass.
    """
    today = local_day(now or clock.now())
    ended = 0
    rows = PublicEntry.objects.filter(closed_at=None, list__state__in=["open", "closed"], list__ends_on__lt=today)
    rows = rows.exclude(IsSuspended("case_id"))
    for pk, case_id in list(rows.order_by("pk").values_list("pk", "case_id")):
        try:
            ended += close_entry(entry=pk, case=case_id, by=None)
        except Exception:  # one case must not hold up the rest; the clock comes again
            log.exception("public entry not closed", entry=pk)
    for plist in PublicList.objects.filter(state="open", ends_on__lt=today):
        close_list(plist=plist, by=None)
    return ended


@action("publicity.entry_closed")
def close_entry(*, entry: int, case: int, by: Any, now: datetime | None = None) -> bool:
    """One entry ends without an open objection: the road goes on. False while one is open, or when it has ended."""
    assert now is not None
    locked = lock_case(case)
    row = PublicEntry.objects.select_related("list").get(pk=entry)
    if row.closed_at is not None or Objection.objects.filter(entry=row, state="open").exists():
        return False
    if row.list.ends_on >= local_day(now):
        raise Refusal(
            _("公示期还没有满。"),
            code="publicity_running",
            status=409,
            who_may=who_may(queries.PUBLISH, locked.handling_code),
        )
    _close(row, now, "publicity.closed")
    if locked.closed_at is None:
        tell(locked, "publicity_closed", by=by, now=now)
    return True


@action("publicity.case_ended")
def leave_list(*, case: Case, by: Any, now: datetime | None = None) -> None:
    """The case ended while its notice ran: its entry is closed, the frozen page stays as it is to its last day."""
    assert now is not None
    for row in PublicEntry.objects.select_related("list").filter(case=case, closed_at=None):
        _close(row, now, "publicity.case_ended")


def _close(row: PublicEntry, now: datetime, fact: str) -> None:
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    record(fact, about=("case", row.case_id), object=row, payload={"list": row.list.number})


@action("publicity.list_closed")
def close_list(*, plist: PublicList, by: Any, now: datetime | None = None) -> None:
    """The list is over: its page says so from now on; the frozen list stays in the archive."""
    if PublicList.objects.filter(pk=plist.pk, state="open").update(state="closed", closed_at=now):
        record("publicity.list_closed", about=("publicity", plist.pk), object=plist, by=by)


@action("publicity.taken_down")
def take_down(*, plist: PublicList, reason: str, by: Any, now: datetime | None = None) -> PublicList:
    """撤下: take a list off the public page before its end, with a reason; its cases wait for a new list."""
    assert now is not None
    found = PublicList.objects.select_for_update(no_key=True).get(pk=plist.pk)
    require(by, queries.PUBLISH, found.division_code)
    if found.state != "open":
        raise Refusal(
            _("这份名单已经不在公示中，不用撤下。"),
            code="not_open",
            status=409,
            who_may=who_may(queries.INVESTIGATE, found.division_code),
        )
    if too_short := queries.strictest_policy(found).opinion_fault(reason):
        raise Invalid(too_short, fields={"reason": too_short})
    found.state, found.taken_down_at, found.taken_down_by = "taken_down", now, by
    found.taken_down_reason = reason.strip()[:200]
    found.save(update_fields=["state", "taken_down_at", "taken_down_by", "taken_down_reason"])
    for entry in found.entries.filter(closed_at=None).order_by("case_id"):
        entry.list = found
        _close(entry, now, "publicity.taken_down")
    return found
