"""A batch from its making to the bank: three people, totals typed again, a password typed again, one frozen file."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.queries import lock_cases
from cases.errors import Invalid, Refusal
from cases.history.record import action, record, record_access
from cases.money import bankfile
from cases.money.actions.funds import act_as
from cases.money.guards import is_really, must_be, other_person, still_payable, still_ready
from cases.money.models import BatchLine, Fund, PaymentBatch, PayoutAttempt
from cases.money.queries import Proposal, bank_file, candidates, file_of
from cases.money.rules import to_fen
from cases.programme import tell
from cases.subjects import prepare_for


def lock_batch(batch: PaymentBatch) -> PaymentBatch:
    """The batch under its own lock, taken before the locks of its cases."""
    return PaymentBatch.objects.select_for_update(no_key=True, of=("self",)).select_related("fund").get(pk=batch.pk)


@action("batch.make", about="fund")
def build_batch(*, fund: Fund, by: Any, seen: Iterable[int] = (), now: datetime | None = None) -> PaymentBatch:
    """制单: put each payout of the fund that may be paid today into a new batch; each other one keeps its reason (F59).

    `seen` are the payouts that the maker's page showed as payable. Keys and file hash are stored before anything leaves
    (F63, F64). Refused when nothing can be paid, or when one that was seen may not be paid (any more).
    """
    assert now is not None
    act_as(by, "money.make")
    today = local_day(now)
    lock_cases(one.payout.case_id for one in candidates(by, fund, today=today))
    ready = _within_one_file(candidates(by, fund, today=today))
    still_ready(ready, set(seen))
    if not any(not one.reason for one in ready):
        raise Refusal(_("现在没有可以拨付的案卷。每一笔的原因见清单。"), code="nothing_payable", status=409)
    number = _next_number(now)
    lines = _lines(number, ready)
    taken = [line for line in lines if line.included]
    batch = PaymentBatch.objects.create(
        number=number,
        fund=fund,
        template=bankfile.CURRENT,
        count=len(taken),
        total_fen=sum(line.amount_fen for line in taken),
        file_sha256=bankfile.digest(file_of(bankfile.CURRENT, number, now, taken)),
        maker=by,
        made_at=now,
    )
    for line in lines:
        line.batch = batch
    prepare_for(lines)
    BatchLine.objects.bulk_create(lines)
    for one, line in zip(ready, lines, strict=True):
        if line.included:
            _put_in(one, line, by=by, now=now)
    record(
        "batch.made",
        about=("batch", batch.pk),
        object=batch,
        payload={
            "count": batch.count,
            "total": batch.total,
            "sha256": batch.file_sha256,
            "out": len(lines) - len(taken),
        },
    )
    return batch


def _within_one_file(proposals: list[Proposal]) -> list[Proposal]:
    most, seen, out = bankfile.template().most_lines, 0, []
    for one in proposals:
        seen += not one.reason
        out.append(Proposal(one.payout, one.account, "too_many") if not one.reason and seen > most else one)
    return out


def _next_number(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_batch_number')")
        return f"DF{local_day(now):%Y}{cursor.fetchone()[0]:06d}"


def _lines(number: str, proposals: list[Proposal]) -> list[BatchLine]:
    lines, seq = [], 0
    for one in proposals:
        line = BatchLine(
            payout=one.payout, included=not one.reason, reason=one.reason, amount_fen=one.payout.amount_fen
        )
        if line.included and one.account is not None:
            seq += 1
            line.seq, line.business_no = seq, f"{number}{seq:04d}"
            line.holder, line.account = str(one.account.holder), str(one.account.account)
            line.account_key, line.tail = one.account.account_key, one.account.tail
            line.bank_name, line.cnaps = one.account.bank_name, one.account.cnaps
        lines.append(line)
    return lines


def _put_in(one: Proposal, line: BatchLine, *, by: Any, now: datetime) -> None:
    payout = one.payout
    last = payout.attempts.order_by("-number").values_list("number", flat=True).first() or 0
    attempt = PayoutAttempt.objects.create(
        payout=payout, case_id=payout.case_id, number=last + 1, line=line, key=uuid.uuid4()
    )
    payout.state, payout.payee = "in_batch", one.account
    payout.save(update_fields=["state", "payee"])
    tell_payout(attempt, "payment_batched", by=by, now=now, batch=line.batch.number)


def tell_payout(attempt: PayoutAttempt, fact: str, *, by: Any, now: datetime, batch: str, **details: Any) -> None:
    """Leave the event of a payment in its case's history and tell the road."""
    payout = attempt.payout
    record(
        f"payout.{fact.removeprefix('payment_')}",
        about=("case", payout.case_id),
        object=attempt,
        payload={"amount": payout.amount, "batch": batch, "attempt": attempt.number, **details},
    )
    tell(payout.case, fact, by=by, now=now, **details)


def attempts_of(batch: PaymentBatch) -> list[PayoutAttempt]:
    """The attempts of a batch in the order of the file, with their cases locked."""
    rows = PayoutAttempt.objects.filter(line__batch=batch).select_related("payout", "line").order_by("line__seq")
    cases = lock_cases(row.case_id for row in rows)
    fresh = list(rows.all())
    for row in fresh:
        row.payout.case = cases[row.case_id]
    return fresh


@action("batch.check", about="batch")
def check_batch(
    *, batch: PaymentBatch, total_retyped: Decimal, count_retyped: int, by: Any, now: datetime | None = None
) -> PaymentBatch:
    """复核: a second person types number and total again; from then on a batch is voided, never edited (F62)."""
    assert now is not None
    act_as(by, "money.check")
    batch = lock_batch(batch)
    must_be(batch, "made")
    other_person(batch, by, "money.check")
    faults: dict[str, Any] = {}
    if count_retyped != batch.count:
        faults["count_retyped"] = _("笔数和批次不一致。请照纸质清单重新数。")
    if to_fen(total_retyped) != batch.total_fen:
        faults["total_retyped"] = _("总金额和批次不一致。请照纸质清单重新加。")
    if faults:
        raise Invalid(_("复核没有通过：重新填写的数字和批次不一致。"), fields=faults, code="totals_differ")
    bank_file(batch)
    still_payable(batch, by)
    batch.state, batch.checker, batch.checked_at = "checked", by, now
    batch.save(update_fields=["state", "checker", "checked_at"])
    record("batch.checked", about=("batch", batch.pk), object=batch, payload={"sha256": batch.file_sha256})
    return batch


@action("batch.release", about="batch")
def release_batch(
    *, batch: PaymentBatch, password: str, by: Any, now: datetime | None = None, totp: str = ""
) -> PaymentBatch:
    """放行: a third person types his password (and the code of his second factor, when he has one) again."""
    assert now is not None
    act_as(by, "money.release")
    batch = lock_batch(batch)
    must_be(batch, "checked")
    other_person(batch, by, "money.release")
    is_really(by, password, totp, now)
    bank_file(batch)
    still_payable(batch, by)
    batch.state, batch.releaser, batch.released_at = "released", by, now
    batch.save(update_fields=["state", "releaser", "released_at"])
    record("batch.released", about=("batch", batch.pk), object=batch, payload={"sha256": batch.file_sha256})
    return batch


@action("batch.send", about="batch")
def send_to_bank(*, batch: PaymentBatch, by: Any, now: datetime | None = None) -> bytes:
    """送银行: hand out the file; the first time marks the batch sent, later times give the same bytes again."""
    assert now is not None
    act_as(by, "money.make")
    batch = lock_batch(batch)
    if batch.state not in ("released", "sent", "answered"):
        raise Refusal(_("批次还没有放行，或者已经结束。"), code="not_released", status=409)
    attempts = attempts_of(batch) if batch.state == "released" else []
    data = bank_file(batch)
    if batch.state == "released":
        still_payable(batch, by)
        batch.state, batch.sent_at = "sent", now
        batch.save(update_fields=["state", "sent_at"])
        for attempt in attempts:
            attempt.state = attempt.payout.state = "sent"
            attempt.payout.save(update_fields=["state"])
            attempt.save(update_fields=["state"])
            tell_payout(attempt, "payment_sent", by=by, now=now, batch=batch.number)
    record("batch.file", about=("batch", batch.pk), object=batch, payload={"sha256": batch.file_sha256})
    record_access("export", object=batch, fields=["holder", "account", "bank_name"], by=by, purpose="送银行代发")
    return data


@action("batch.void", about="batch")
def void_batch(*, batch: PaymentBatch, reason: str, by: Any, now: datetime | None = None) -> PaymentBatch:
    """作废批次: before the file has left; its payouts are payable again and may go into a new batch."""
    assert now is not None
    act_as(by, "money.fund")
    batch = lock_batch(batch)
    if batch.state not in ("made", "checked", "released"):
        raise Refusal(_("文件已经送银行，批次不能作废。请等回盘。"), code="already_sent", status=409)
    if len(reason.strip()) < 2:
        raise Invalid(_("还有内容要改。"), fields={"reason": _("请写明作废原因。")})
    drop_batch(batch, attempts_of(batch), reason=reason.strip(), by=by, now=now)
    return batch


def drop_batch(batch: PaymentBatch, attempts: list[PayoutAttempt], *, reason: str, by: Any, now: datetime) -> None:
    """Void a batch with all its attempts; nothing of it was paid."""
    for attempt in attempts:
        attempt.state, attempt.payout.state, attempt.settled_at = "void", "payable", now
        attempt.save(update_fields=["state", "settled_at"])
        attempt.payout.save(update_fields=["state"])
        tell_payout(attempt, "payment_unbatched", by=by, now=now, batch=batch.number)
    batch.state, batch.void_reason, batch.closed_at = "void", reason[:120], now
    batch.save(update_fields=["state", "void_reason", "closed_at"])
    record("batch.voided", about=("batch", batch.pk), object=batch, payload={"reason": reason[:120]})
