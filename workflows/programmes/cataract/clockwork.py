"""What the clock does for cataract cases: the second eye's turn comes, and who waits for a place gets one (轮候)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.dossier.waiting import line
from cases.errors import Refusal
from cases.history.record import action
from cases.money.funds import funds_left, usable_funds
from cases.notices.actions import notify
from cases.policy.queries import policy_of
from cases.programme import tell
from cases.providers import actions as providers
from cases.providers.models import Permit
from workflows.desk.waiting.clockwork import hand_out
from workflows.effects import preview_award
from workflows.engine import clockwork

SLUG = "cataract"


def listen() -> None:
    """Every day; called once when the programme is loaded."""
    clockwork.every("second_eyes", title=_("第二只眼到期发通知单"), at=6)(issue_second_eyes)
    clockwork.every("waiting_places", title=_("轮候的有名额了"), at=6)(offer_places)


def issue_second_eyes() -> int:
    """第二只眼: every eye that waited so long, its turn; answers how many permits were issued."""
    waiting = Permit.objects.filter(state="proposed", case__state="TREATMENT", case__programme=SLUG).order_by("pk")
    return sum(_issued(row) for row in waiting.select_related("case"))


def _issued(permit: Permit) -> bool:
    try:
        return issue_second(case=permit.case, by=None) is not None
    except Refusal:
        return False  # on record; the hospital is suspended, for example, and the permit waits to be moved


@action("permit.second_eye")
def issue_second(*, case: Case, by: Any, now: datetime | None = None) -> Permit | None:
    """发第二只眼的通知单: the days between the eyes are over and the week-1 check of the first is on record; None before that."""
    assert now is not None
    found, policy, day = lock_case(case.pk), policy_of(case), local_day(now)
    permits = list(Permit.objects.filter(case=found).order_by("pk"))
    if any(row.state == "issued" for row in permits) or not any(row.state == "proposed" for row in permits):
        return None
    done = [row for row in permits if row.state == "used"]
    between = timedelta(days=policy.count("second_eye_days"))
    if any(row.surgery.done_on + between > day or not row.sights.filter(moment="week1").exists() for row in done):
        return None
    until = day + timedelta(days=policy.days("permit_valid"))
    issued = providers.issue_permits(case=found, valid_until=until, by=by, now=now)
    notify(case=found, code="N16", data={}, by=by, now=now)
    return issued[0]


def offer_places() -> int:
    """轮候: in the order that the policy says, as far as the fund reaches; answers how many go on.

    A place that was offered to one sets nothing aside yet: what it may cost is not offered to the next.
    """
    today, offered = clock.today(), list[tuple[Case, Decimal]]()

    def offer(case: Case, amount: Decimal) -> bool:
        gone = bool(offer_place(case=case, amount=amount, before=tuple(offered), by=None))
        offered.extend([(case, amount)] if gone else [])
        return gone

    rows = [(one.case, preview_award(one.case).amount) for one in line(SLUG)]
    return hand_out(rows, lambda case, amount: usable_funds(case, amount, today=today), offer)


@action("place.free")
def offer_place(
    *, case: Case, amount: Decimal, before: Sequence[tuple[Case, Decimal]] = (), by: Any, now: datetime | None = None
) -> bool:
    """有名额了: the fund has enough for this case and those offered before it; the province confirms it again. False while it has not."""
    assert now is not None
    found = lock_case(case.pk)
    if found.state != "WAITLIST" or not funds_left(found, amount, before=before, today=local_day(now)):
        return False
    tell(found, "place_free", by=by, now=now)
    return True
