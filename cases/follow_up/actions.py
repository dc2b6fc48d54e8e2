"""A follow-up is drawn (抽签), and its calls and visits are kept; both inside the act that moves the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.errors import Invalid
from cases.evidence.keeping import visit_photo
from cases.follow_up.models import FollowUp, FollowUpTry
from cases.follow_up.queries import duty_of, still_owed
from cases.follow_up.rules import HOME, KINDS, asked_by, read
from cases.history.record import record
from cases.policy.queries import policy_of


def draw(*, case: Case, due_on: date, now: datetime) -> FollowUp:
    """抽签: what this case is due, once: a payment that comes back and goes out again draws nothing new."""
    if (drawn := duty_of(case)) is not None:
        return drawn
    policy = policy_of(case)
    assert case.policy is not None  # pinned when it was accepted
    made = FollowUp.objects.create(
        case=case, policy=case.policy, tries=policy.count("tries", "follow_up"), due_on=due_on, drawn_at=now,
        amount=case.award if "amount" in asked_by(policy) else None,
    )  # fmt: skip
    made.refresh_from_db()
    shares = {"phone": made.phone_percent, "home": made.home_percent}
    record(
        "follow_up.drawn", about=("case", case.pk), object=made,
        payload={"seed": made.seed, "shares": shares, "drawn": made.drawn, "due_on": due_on},
    )  # fmt: skip
    return made


def keep(
    *, case: Case, step: str, tries: Sequence[Mapping[str, Any]], closing: bool, on: date, by: Any, now: datetime
) -> None:
    """登记回访: the calls and visits of one sitting. Raises Invalid naming each field.

    `closing` ends the follow-up: not while a drawn call or visit is neither reached nor tried as often as the policy says.
    """
    duty = duty_of(case)
    assert duty is not None  # drawn when the step was offered
    if not tries:
        raise _refused({"phone_reached": _("请填写这次回访")})
    if len({str(given.get("kind")) for given in tries}) < len(tries):
        raise _refused({"phone_reached": _("一次只登记一个电话、一次上门")})
    for given in tries:
        _kept(duty, step, given, on, by, now)
    left = still_owed(duty)
    if closing and left:
        words = _("%(kind)s还没有办完。联系上了才算，或者没联系上满 %(n)s 次。请选“还要接着回访”。")
        raise _refused({"outcome": words % {"kind": KINDS[left[0]], "n": duty.tries}}, code="follow_up_owed")
    if not closing and not left:
        raise _refused({"outcome": _("该做的回访都做完了，请选“回访完毕”。")}, code="follow_up_over")


def _kept(duty: FollowUp, step: str, given: Mapping[str, Any], on: date, by: Any, now: datetime) -> None:
    said = read(given, asked_by(policy_of(duty.case)))
    faults = dict(said.faults) if said.kind in KINDS else {"phone_reached": _("请选择回访方式")}
    photo = None
    if said.kind == HOME:
        photo = visit_photo(duty.case, given.get("photo"), by, now)
        if photo is None:
            faults["photo"] = _("上门回访要拍一张照片")
    if faults:
        raise _refused(faults)
    made = FollowUpTry.objects.create(
        duty=duty, step=step, kind=said.kind, reached=said.reached, received=said.received, amount=said.amount,
        satisfied=said.satisfied, fee=said.fee, photo=photo, happened_on=on, by=by, at=now,
    )  # fmt: skip
    record(
        "follow_up.tried", about=("case", duty.case_id), object=made, happened_on=on,
        payload={"step": step, "kind": said.kind, "reached": said.reached},
    )  # fmt: skip


def _refused(faults: Mapping[str, Any], code: str = "follow_up") -> Invalid:
    return Invalid(_("回访还没有填完整。"), fields=dict(faults), code=code)
