"""What happens to a case outside its road, heard from below and turned into its next move."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from cases import programme
from cases.calendar.rules import end_of
from cases.consent.rules import NEEDED
from cases.dossier import actions as dossier
from cases.duplicates.actions import note_trace
from cases.errors import Refusal
from cases.history import alarm
from cases.history.record import action
from cases.money import actions as money
from cases.money import remarks
from cases.outgoing import actions as outgoing
from cases.policy.queries import policy_of
from cases.providers import actions as providers
from cases.recusal import actions as recusal
from cases.stock import actions as stock
from workflows import actions, effects, holding, overdue, pauses, paying, rechecks, suspended
from workflows.engine import clearing, clockwork, incidents, jobs, messages, timers, told
from workflows.evaluating import entitlement_judged
from workflows.flow import step_of
from workflows.models import Timer, WorkItem

MOVING = [
    "supplement_answered", "publicity_closed", "objection_filed", "objection_closed", "payment_batched",
    "payment_unbatched", "payment_sent", "payment_unknown", "payment_paid", "payment_failed", "payment_returned",
    "account_repaired", "treatment_done", "treatment_ended", "claim_settled", "claim_refused", "place_free",
    "audiogram_done", "ear_referred", "device_offered", "device_issued", "fitting_invited", "fitted",
    "fitting_ended", "check_done", "checks_over", "device_returned", "fee_due", "fee_void",
]  # fmt: skip


NAMES_CHANGE = {"supplement_answered", "account_repaired"}
"""After these the file or its account may name other people."""


def listen() -> None:
    """Hear every fact that rooms tell; called once when the app starts."""
    programme.on("submitted", submitted)
    programme.on("withdrawn", withdrawn)
    programme.on("consent_withdrawn", consent_withdrawn)
    programme.on("supplement_extended", supplement_extended)
    programme.on("kept_out", actions.kept_out)
    programme.on("paper_given", paper_given)
    for name in MOVING:
        programme.on(name, _mover(name))
    told.tells(*MOVING, "objection_upheld", "objection_dismissed")
    remarks.known_by(rechecks.before_payment, rechecks.afresh)
    timers.wait_while(suspended.stands_still)
    jobs.ends_with(actions.job_over)
    jobs.wait_while(suspended.is_suspended)
    messages.delivers_with(actions.deliver_message)
    timers.when("lapse")(lapse)
    timers.when("claim")(claim_over)
    clockwork.sweeps(money.note_silent_batches)
    clockwork.sweeps(dossier.drop_lapsed_drafts)
    clockwork.sweeps(outgoing.park_unanswered)
    clockwork.sweeps(stock.offer_free)
    clockwork.sweeps(incidents.sweep)
    clockwork.sweeps(alarm.look_for_out_of_band)
    clockwork.every("near", title=_("快到期的重排先后"), at=0)(overdue.put_near_forward)
    clockwork.every("overdue", title=_("超期上报"), at=1)(overdue.report)
    clockwork.every("clearing", title=_("清理办完的工作记录"), at=4)(clearing.clear)
    clockwork.every("permits", title=_("通知单过期"), at=5)(providers.lapse_due)
    clockwork.every("sessions", title=_("清理过期的登录"), at=3)(_drop_old_sessions)


def _drop_old_sessions() -> int:
    """Sign-ins whose time is over; answers how many were taken away."""
    return Session.objects.filter(expire_date__lt=datetime.now(UTC)).delete()[0]


def _mover(name: str) -> Any:
    def move(case: Any, *, by: Any, now: datetime, **details: Any) -> None:
        fact = name
        if name in NAMES_CHANGE:
            recusal.note_parties(case)
            note_trace(case, now=now)
        if name == "objection_closed":
            fact = "objection_upheld" if details.get("upheld") else "objection_dismissed"
        if name in paying.OF_ITS_OWN and not _is_awaited(case, name):
            paying.went_on(case, name, by=by, now=now)
            return
        if name == "payment_batched":
            rechecks.keep(case, "batch", by=by, now=now)
        actions.fact(case, fact, by=by, now=now, **details)

    return move


def _is_awaited(case: Any, fact: str) -> bool:
    """Whether an open step is left by this fact; a payment ahead of the panel may come back while the rest is decided."""
    rows = WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).select_related("case__run")
    return any(fact in step_of(item).exits for item in rows)


def submitted(case: Any, *, by: Any, now: datetime, **_details: Any) -> None:
    """A draft was submitted: its road begins."""
    recusal.note_parties(case)
    actions.start(case=case, by=by, now=now)
    rechecks.keep(case, "submit", by=by, now=now)
    entitlement_judged(case, by, now)
    effects.received(case=case, by=by, now=now)


def withdrawn(case: Any, *, by: Any, now: datetime, **_details: Any) -> None:
    """The applicant withdrew: free until the payment batch; a reservation is released."""
    actions.stop(case, "WITHDRAWN", now=now)
    effects.withdrawn(case=case, by=by, now=now)


def consent_withdrawn(case: Any, *, by: Any, now: datetime, kind: str, **_details: Any) -> None:
    """同意撤回: without one of the two needed consents nothing can be decided, so the case ends as withdrawn."""
    if kind in NEEDED and case.state != "DRAFT":
        withdrawn(case, by=by, now=now)


def paper_given(case: Any, *, by: Any, now: datetime, **_details: Any) -> None:
    """交来材料: what was put off until more is known is looked at again."""
    holding.wake(case, now=now)


def supplement_extended(case: Any, *, by: Any, now: datetime, due: Any, **_details: Any) -> None:
    """延长补正: the wait for the applicant gets the new date."""
    item = next((item for item in _waiting(case) if "supplement_answered" in step_of(item).exits), None)
    if item is None:
        raise Refusal(_("现在没有要补的材料。"), code="nothing_to_supply", status=409)
    pauses.set_due(item, due, policy_of(case))
    item.save(update_fields=pauses.DUE)
    timers.arm(case=case, kind="lapse", key=str(item.pk), due_at=end_of(due.on))


def _waiting(case: Any) -> Any:
    return WorkItem.objects.filter(case=case, kind="wait", state="open").select_related("case__run")


def lapse(timer: Timer) -> None:
    """到期: the time limit of a wait is over; what that means stands on the step."""
    item = WorkItem.objects.select_related("case__run").filter(pk=int(timer.key)).first()
    if item is not None:
        lapsed(about=item.case, item=item, by=None)


def claim_over(timer: Timer) -> None:
    """领取到时: nobody decided while the claim held; it goes back to the pool."""
    actions.claim_expired(case=timer.case, item=int(timer.key), by=None)


@action("wait.lapsed", about="case")
def lapsed(*, about: Any, item: WorkItem, by: Any, now: datetime | None = None) -> None:
    """The system says that a wait is over, under the same lock and rules as a person would."""
    found = actions.locked(item)
    if found.state != "open":
        return
    step = step_of(found)
    assert now is not None
    actions.fact(found.case, step.lapses, by=None, now=now)
