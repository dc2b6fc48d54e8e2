"""A provider is suspended and its open permits go elsewhere with the patient's consent; permits that nobody used lapse."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, current, record
from cases.policy.queries import policy_of
from cases.providers.actions.permits import end_permit, must_be_open
from cases.providers.actions.register import act_as, lock_provider
from cases.providers.actions.treating import tell_when_over
from cases.providers.models import Permit, PermitMove, Provider
from cases.providers.queries import get_permit
from cases.text import clean, clean_paragraphs

VERIFY = "claim.verify"


@action("provider.suspend", about="provider")
def suspend_provider(*, provider: Provider, why: str, by: Any, now: datetime | None = None) -> Provider:
    """暂停定点机构: from now no permit of it is used; its open permits wait to be moved."""
    assert now is not None
    act_as(by, "provider.confirm", provider.office.division_code)
    row, words = lock_provider(provider), clean_paragraphs(why)
    if len(words) < 5:
        raise Invalid(_("请写明原因。"), fields={"why": _("请写明原因，至少 5 个字。")})
    if row.state != "active":
        raise Refusal(_("这个机构已经暂停，或还没有核对。"), code="suspended", status=409)
    row.state, row.suspended_why, row.suspended_at = "suspended", words, now
    row.save(update_fields=["state", "suspended_why", "suspended_at"])
    record("provider.suspended", about=("provider", row.pk), object=row, payload={})
    return row


@action("provider.resume", about="provider")
def resume_provider(*, provider: Provider, by: Any, now: datetime | None = None) -> Provider:
    """恢复定点机构: its permits are good again within their days."""
    assert now is not None
    act_as(by, "provider.confirm", provider.office.division_code)
    row = lock_provider(provider)
    if row.state != "suspended":
        raise Refusal(_("这个机构没有暂停。"), code="active", status=409)
    row.state, row.suspended_why, row.suspended_at = "active", "", None
    row.save(update_fields=["state", "suspended_why", "suspended_at"])
    record("provider.resumed", about=("provider", row.pk), object=row, payload={})
    return row


def _at_office(permit: Permit, by: Any) -> Permit:
    """通知单 of a case of one's area, locked with its case, inside an act that needs the right of the county there."""
    found = get_permit(by, permit.number)
    post = require(by, VERIFY, found.case.handling_code)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    lock_case(found.case_id)
    found.refresh_from_db()
    if not found.is_open:
        raise Refusal(_("这张通知单已经结束。"), code="permit_over", status=409)
    return found


@action("permit.move", about="permit")
def move_permit(
    *, permit: Permit, provider: Provider, consent_how: str, consent_by: str, reason: str, by: Any,
    now: datetime | None = None,
) -> Permit:  # fmt: skip
    """改派: the permit goes to another provider because its own is suspended; the patient agreed, and how is kept.

    It is valid as long as a new one. Refused while its provider is open, and when another eye of the case was done there.
    """
    assert now is not None
    row, day = _at_office(permit, by), local_day(now)
    must_be_open(provider, day)
    wrong: dict[str, Any] = {}
    if provider.kind != row.provider.kind or provider.pk == row.provider_id:
        wrong["provider"] = _("请选择同类的另一个机构。")
    if consent_how not in dict(PermitMove.HOW):
        wrong["consent_how"] = _("请选择怎样同意的。")
    if not clean(consent_by):
        wrong["consent_by"] = _("请写谁同意的。")
    if len(clean_paragraphs(reason)) < 5:
        wrong["reason"] = _("请写明原因，至少 5 个字。")
    if wrong:
        raise Invalid(_("还有内容要改。"), fields=wrong)
    if row.provider.is_open_on(day):
        raise Refusal(_("原来的机构没有暂停，不能改派。"), code="provider_open", status=409)
    if Permit.objects.filter(case=row.case_id, state="used").exists():
        raise Refusal(_("这个案卷已有一处做过，其余的请取消后另行申请。"), code="used_elsewhere", status=409)
    made = PermitMove.objects.create(
        permit=row, from_provider=row.provider, to_provider=provider, consent_how=consent_how,
        consent_by=clean(consent_by), reason=clean_paragraphs(reason), by=by, at=now,
    )  # fmt: skip
    row.provider = provider
    if row.valid_until is not None:
        row.valid_until = max(row.valid_until, day + timedelta(days=policy_of(row.case).days("permit_valid")))
    row.save(update_fields=["provider", "valid_until"])
    payload = {"number": row.number, "from": made.from_provider_id, "to": provider.pk, "how": consent_how}
    record("permit.moved", about=("case", row.case_id), object=made, payload=payload)
    return row


@action("permit.give_up", about="permit")
def give_up_permit(*, permit: Permit, reason: str, by: Any, now: datetime | None = None) -> Permit:
    """不再做: the office ends an open permit of a patient who died, moved away or will not have it done."""
    assert now is not None
    row, words = _at_office(permit, by), clean_paragraphs(reason)
    if len(words) < 5:
        raise Invalid(_("请写明原因。"), fields={"reason": _("请写明原因，至少 5 个字。")})
    if row.state != "issued":
        raise Refusal(_("通知单还没有发出。请在案卷里办理。"), code="permit_proposed", status=409)
    end_permit(row, "refused", words, now)
    tell_when_over(row, by, now)
    return row


@action("permit.lapse", about="permit")
def lapse_permit(*, permit: Permit, by: Any = None, now: datetime | None = None) -> Permit | None:
    """过期: nobody used the permit in its days; its place is free. What was used or moved meanwhile stays."""
    assert now is not None
    lock_case(permit.case_id)
    row = Permit.objects.select_related("case").filter(pk=permit.pk).first()
    if row is None:
        raise NotFound()
    if row.state != "issued" or row.valid_until is None or row.valid_until >= local_day(now):
        return None
    end_permit(row, "lapsed", "late", now)
    tell_when_over(row, by, now)
    return row


def lapse_due() -> int:
    """The clock: every permit of which the days are over; answers how many lapsed."""
    due = Permit.objects.filter(state="issued", valid_until__lt=clock.today()).order_by("pk")
    return sum(lapse_permit(permit=row, by=None) is not None for row in due)
