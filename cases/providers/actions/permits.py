"""Permits (通知单): a part takes its place, is told to the patient, and gives the place back when the case ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.parts import PARTS, part_name
from cases.providers.models import Permit, Provider
from cases.providers.queries import live_permit

SECOND = _("{part}已有通知单 {number}：{provider}，{day}。同一只眼、同一只耳只救助一次。")


@action("permit.propose")
def propose_permits(
    *, case: Any, lines: Sequence[tuple[str, Decimal]], provider: Provider, by: Any, now: datetime | None = None
) -> list[Permit]:
    """占用名额: each part with the most that may be paid for it (yuan) takes its place at this provider.

    Inside the decision of a step. Raises Refusal that names number, provider and day of the first permit when a part has
    one already, in any case; Invalid for a provider that is suspended or out of contract.
    """
    assert now is not None
    case, day = lock_case(case.pk), local_day(now)
    must_be_open(provider, day)
    made = []
    for part, amount in lines:
        made.append(_proposed(case, part, amount, provider, now))
        record(
            "permit.proposed", about=("case", case.pk), object=made[-1],
            payload={"number": made[-1].number, "part": part, "provider": provider.pk, "amount": amount},
        )  # fmt: skip
    return made


def must_be_open(provider: Provider, day: date) -> None:
    """机构须在用: raises Invalid for one that nobody has confirmed, that is suspended or out of contract that day."""
    if provider.state == "registered":
        sentence = _("这个机构的登记还没有第二人核对，不能发通知单。")
        raise Invalid(sentence, fields={"provider": sentence}, code="provider_unconfirmed")
    if not provider.is_open_on(day):
        sentence = _("这个机构已暂停或协议不在有效期内。请另选一个。")
        raise Invalid(sentence, fields={"provider": sentence}, code="provider_closed")


def _proposed(case: Any, part: str, amount: Decimal, provider: Provider, now: datetime) -> Permit:
    if part not in PARTS:
        raise Invalid(_("没有这个部位。"), fields={"part": _("请选择")}, code="no_part")
    key = case.patient.id_key
    if (first := live_permit(id_key=key, part=part)) is not None:
        raise taken(first)
    count = Permit.objects.filter(case=case).count() + 1
    try:
        with transaction.atomic():
            return Permit.objects.create(
                case=case, part=part, id_key=key, provider=provider, amount=amount, proposed_at=now,
                number=f"{case.number}-{count}", token=uuid.uuid4(),
            )  # fmt: skip
    except IntegrityError as error:  # another case took the same part at the same moment
        first = live_permit(id_key=key, part=part)
        if first is None:
            raise
        raise taken(first) from error


def taken(first: Permit) -> Refusal:
    """同一只眼、同一只耳: the refusal that names the first permit by number, provider and day, and nothing of its file."""
    words = {
        "part": part_name(first.part), "number": first.number, "provider": first.provider.name,
        "day": local_day(first.issued_at or first.proposed_at).isoformat(),
    }  # fmt: skip
    return Refusal(format_lazy(SECOND, **words), code="part_taken", status=409)


@action("permit.issue")
def issue_permits(
    *, case: Any, valid_until: date, by: Any, now: datetime | None = None, not_before: date | None = None,
    parts: Sequence[str] = (),
) -> list[Permit]:  # fmt: skip
    """发出通知单: the proposed permits of the case (or of these parts) are good from now, or from `not_before`, to a day.

    Inside the decision of a step, or when a second eye's turn has come. Raises Refusal when there is none.
    """
    assert now is not None
    case = lock_case(case.pk)
    rows = Permit.objects.select_for_update(no_key=True).filter(case=case, state="proposed").order_by("pk")
    found = [row for row in rows if not parts or row.part in parts]
    if not found:
        raise Refusal(_("这个案卷没有待发的通知单。"), code="nothing_proposed", status=409)
    for row in found:
        must_be_open(row.provider, local_day(now))
        row.state, row.issued_at, row.valid_until, row.not_before = "issued", now, valid_until, not_before
        row.save(update_fields=["state", "issued_at", "valid_until", "not_before"])
        record(
            "permit.issued", about=("case", case.pk), object=row,
            payload={"number": row.number, "valid_until": valid_until, "not_before": not_before},
        )  # fmt: skip
    return found


@action("permit.cancel")
def cancel_permits(*, case: Any, reason: str, by: Any, now: datetime | None = None) -> list[Permit]:
    """取消通知单: the case ended before its permits were used; the parts are free again. Inside the end of a case."""
    assert now is not None
    case = lock_case(case.pk)
    rows = list(
        Permit.objects.select_for_update(no_key=True).filter(case=case, state__in=["proposed", "issued"]).order_by("pk")
    )
    for row in rows:
        end_permit(row, "cancelled", reason, now)
    return rows


def end_permit(row: Permit, state: str, why: str, now: datetime) -> None:
    """通知单结束: it is not used, why is kept, and its part is free again."""
    row.state, row.ended_at, row.ended_why = state, now, why
    row.save(update_fields=["state", "ended_at", "ended_why"])
    record(f"permit.{state}", about=("case", row.case_id), object=row, payload={"number": row.number})
