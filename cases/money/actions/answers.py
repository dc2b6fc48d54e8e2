"""What the bank answers: compared by one person, applied when a second accepts; silence is unknown, never no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.money import bankfile
from cases.money.actions.batches import attempts_of, drop_batch, lock_batch, tell_payout
from cases.money.actions.funds import act_as
from cases.money.actions.payouts import end_reservation, take_back
from cases.money.models import BankAnswer, BankAnswerLine, PaymentBatch, PayoutAttempt
from cases.money.queries import bank_file, is_silent, unanswered
from cases.money.rules import PROVINCE, Ours, Theirs, compare
from cases.subjects import prepare_for

log = structlog.get_logger(__name__)

ANSWERABLE = ("sent", "answered", "closed")


@action("answer.import", about="batch")
def import_answer(*, batch: PaymentBatch, data: bytes, by: Any, now: datetime | None = None) -> BankAnswer:
    """导入回盘: a dry run. Every line is compared with what was sent; nothing is applied until a second person accepts.

    Raises Invalid for a file that is not an answer to this batch, and Refusal for one that was imported before (F65).
    """
    assert now is not None
    act_as(by, "money.import")
    batch = lock_batch(batch)
    if batch.state not in ANSWERABLE:
        raise Refusal(_("这个批次还没有送银行，没有回盘可以导入。"), code="not_sent", status=409)
    bank_file(batch)
    read = bankfile.read_answer(bankfile.template(batch.template), data)
    if read.batch != batch.number:
        fields = {"file": _("批次号不符。")}
        raise Invalid(_("这份回盘不是这个批次的。请核对批次号。"), fields=fields, code="other_batch")
    digest = bankfile.digest(data)
    if batch.answers.filter(sha256=digest).exists():
        raise Refusal(_("这份回盘文件已经导入过。"), code="answer_again", status=409)
    answer = BankAnswer.objects.create(
        batch=batch, sha256=digest, is_refusal=read.is_refusal, reason=read.reason, by=by, at=now
    )
    attempts = attempts_of(batch)
    lines = _refused(attempts) if read.is_refusal else _compared(attempts, read.lines)
    for line in lines:
        line.answer = answer
    prepare_for(lines)
    BankAnswerLine.objects.bulk_create(lines)
    record(
        "answer.imported",
        about=("batch", batch.pk),
        object=answer,
        payload={"sha256": digest, "lines": len(lines), "outcomes": _count(lines)},
    )
    return answer


def _ours(attempt: PayoutAttempt) -> Ours:
    return Ours(str(attempt.line.holder), attempt.line.tail, attempt.line.amount_fen, attempt.state)


def _compared(attempts: list[PayoutAttempt], theirs: Iterable[Theirs]) -> list[BankAnswerLine]:
    said: dict[str, list[Theirs]] = defaultdict(list)
    for line in theirs:
        said[line.business_no].append(line)
    ours = {attempt.line.business_no or "": attempt for attempt in attempts}
    out = [_line(number, attempt, said.get(number, [])) for number, attempt in ours.items()]
    out = [line for line in out if line.row is not None or line.outcome == "missing"]
    return out + [_line(number, None, rows) for number, rows in said.items() if number not in ours]


def _line(number: str, attempt: PayoutAttempt | None, theirs: list[Theirs]) -> BankAnswerLine:
    first = theirs[0] if theirs else None
    return BankAnswerLine(
        row=first.row if first else None,
        business_no=number,
        attempt=attempt,
        outcome=compare(_ours(attempt) if attempt else None, theirs),
        amount_fen=first.fen if first else None,
        holder=first.holder if first else "",
        tail=first.tail if first else "",
        reason=(f"{first.result}:{first.reason}" if first else "")[:80],
    )


def _refused(attempts: list[PayoutAttempt]) -> list[BankAnswerLine]:
    return [
        BankAnswerLine(
            business_no=attempt.line.business_no or "",
            attempt=attempt,
            outcome="file_refused" if attempt.state in ("sent", "unknown") else "contradicts",
        )
        for attempt in attempts
    ]


def _count(lines: Iterable[BankAnswerLine]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts[line.outcome] += 1
    return dict(counts)


@action("answer.accept", about="answer")
def accept_answer(*, answer: BankAnswer, by: Any, now: datetime | None = None) -> dict[str, int]:
    """确认回盘: a second person applies the answer; how many lines came to what.

    Success posts the ledger, failure keeps the money reserved and sends the account to repair, a late return comes back
    into the fund and opens only that payout. What differs is marked unknown and must be asked; it is never paid again.
    """
    assert now is not None
    act_as(by, "money.check")
    batch = lock_batch(answer.batch)
    answer = BankAnswer.objects.select_for_update().get(pk=answer.pk)
    if answer.accepted_by_id is not None:
        raise Refusal(_("这份回盘已经确认过。"), code="answer_accepted", status=409)
    if answer.by_id == by.pk:
        raise Refusal(_("导入回盘的人不能自己确认。"), code="second_person", who_may=who_may("money.check", PROVINCE))
    answer.accepted_by, answer.accepted_at = by, now
    answer.save(update_fields=["accepted_by", "accepted_at"])
    attempts = {attempt.pk: attempt for attempt in attempts_of(batch)}
    counts: dict[str, int] = defaultdict(int)
    lines = list(answer.lines.order_by("pk"))
    if answer.is_refusal:
        counts = _refuse_whole(batch, list(attempts.values()), answer.reason, by=by, now=now)
    else:
        for line in lines:
            counts[_apply(line, attempts.get(line.attempt_id or 0), batch, by=by, now=now)] += 1
        _settle(batch, attempts.values(), now)
    record("answer.accepted", about=("batch", batch.pk), object=answer, payload={"outcomes": dict(counts)})
    return dict(counts)


def _refuse_whole(
    batch: PaymentBatch, attempts: list[PayoutAttempt], reason: str, *, by: Any, now: datetime
) -> dict[str, int]:
    if batch.state == "void" or any(attempt.state not in ("sent", "unknown") for attempt in attempts):
        raise Refusal(
            _("银行说拒收整个文件，但其中有已登记结果的笔。请人工向银行核实。"), code="contradicts", status=409
        )
    drop_batch(batch, attempts, reason=reason, by=by, now=now)
    return {"file_refused": len(attempts)}


def _apply(line: BankAnswerLine, attempt: PayoutAttempt | None, batch: PaymentBatch, *, by: Any, now: datetime) -> str:
    """Apply one line to the attempt as it stands now, which may differ from the day of the import."""
    if attempt is None:
        return "unknown_line"
    outcome = _now(line, attempt)
    if outcome in ("paid", "failed", "returned"):
        _APPLY[outcome](attempt, line.reason.partition(":")[2], batch, by=by, now=now)
    elif outcome != "already":
        attempt.difference = outcome
        attempt.save(update_fields=["difference"])
        if attempt.state == "sent":
            _unknown(attempt, batch, by=by, now=now)
    return outcome


def _now(line: BankAnswerLine, attempt: PayoutAttempt) -> str:
    if line.row is None:
        return compare(_ours(attempt), [])
    if line.outcome in ("doubled", "amount_differs", "name_differs"):
        return line.outcome
    result = line.reason.partition(":")[0]
    said = Theirs(line.row, line.business_no, str(line.holder), line.tail, line.amount_fen or 0, result)
    return compare(_ours(attempt), [said])


def _paid(attempt: PayoutAttempt, reason: str, batch: PaymentBatch, *, by: Any, now: datetime) -> None:
    payout = attempt.payout
    end_reservation(payout, "post", cause="paid", ref=batch.number, by=by, now=now, key=attempt.key)
    attempt.state, attempt.settled_at, attempt.difference = "paid", now, ""
    attempt.save(update_fields=["state", "settled_at", "difference"])
    payout.state, payout.paid_on = "paid", local_day(now)
    payout.save(update_fields=["state", "paid_on"])
    others = payout.case.payouts.filter(kind=payout.kind).exclude(state__in=["paid", "void"]).exists()
    if others:
        record("payout.paid_in_part", about=("case", payout.case_id), object=attempt, payload={"amount": payout.amount})
    else:
        tell_payout(attempt, "payment_paid", by=by, now=now, batch=batch.number)


def _failed(attempt: PayoutAttempt, reason: str, batch: PaymentBatch, *, by: Any, now: datetime) -> None:
    attempt.state, attempt.settled_at, attempt.difference = "failed", now, ""
    attempt.reason = reason[:40]
    attempt.save(update_fields=["state", "settled_at", "difference", "reason"])
    attempt.payout.state = "failed"
    attempt.payout.save(update_fields=["state"])
    tell_payout(attempt, "payment_failed", by=by, now=now, batch=batch.number, reason=reason[:40])


def _returned(attempt: PayoutAttempt, reason: str, batch: PaymentBatch, *, by: Any, now: datetime) -> None:
    payout = attempt.payout
    payout.reservation = take_back(payout, batch=batch.number, by=by, now=now)
    payout.state, payout.paid_on = "returned", None
    payout.save(update_fields=["reservation", "state", "paid_on"])
    attempt.state, attempt.settled_at, attempt.reason = "returned", now, reason[:40]
    attempt.save(update_fields=["state", "settled_at", "reason"])
    tell_payout(attempt, "payment_returned", by=by, now=now, batch=batch.number, reason=reason[:40])


def _unknown(attempt: PayoutAttempt, batch: PaymentBatch, *, by: Any, now: datetime) -> None:
    attempt.state = attempt.payout.state = "unknown"
    attempt.save(update_fields=["state"])
    attempt.payout.save(update_fields=["state"])
    tell_payout(attempt, "payment_unknown", by=by, now=now, batch=batch.number)


_APPLY = {"paid": _paid, "failed": _failed, "returned": _returned}


def _settle(batch: PaymentBatch, attempts: Iterable[PayoutAttempt], now: datetime) -> None:
    waits = any(attempt.state in ("sent", "unknown") for attempt in attempts)
    state = "answered" if waits else "closed"
    if batch.state != state and batch.state in ANSWERABLE:
        batch.state, batch.closed_at = state, None if waits else now
        batch.save(update_fields=["state", "closed_at"])


@action("batch.silent", about="batch")
def note_silence(*, batch: PaymentBatch, by: Any, now: datetime | None = None) -> PaymentBatch:
    """银行无回音: what was sent and not answered is unknown now; the money stays reserved, nothing is sent again."""
    assert now is not None
    batch = lock_batch(batch)
    if batch.state != "sent":
        return batch
    for attempt in attempts_of(batch):
        if attempt.state == "sent":
            attempt.difference = "missing"
            attempt.save(update_fields=["difference"])
            _unknown(attempt, batch, by=by, now=now)
    batch.state = "answered"
    batch.save(update_fields=["state"])
    record("batch.silent", about=("batch", batch.pk), object=batch, payload={})
    return batch


def note_silent_batches() -> int:
    """The clock's sweep: every batch the bank left unanswered too long; how many. A busy one is tried again later."""
    noted, today = 0, clock.today()
    for batch in unanswered():
        try:
            if is_silent(batch, today=today):
                note_silence(batch=batch, by=None)
                noted += 1
        except Refusal as refusal:  # somebody holds one of its cases: the clock comes again
            log.warning("silent batch not noted", batch=batch.pk, code=refusal.code)
    return noted


@action("batch.ask", about="batch")
def ask_bank(*, batch: PaymentBatch, by: Any, now: datetime | None = None) -> bytes:
    """查询: a query file with our own numbers of what is unknown; the answer is imported like any other (F64)."""
    assert now is not None
    act_as(by, "money.import")
    batch = lock_batch(batch)
    waiting = PayoutAttempt.objects.filter(line__batch=batch, state__in=["sent", "unknown"]).order_by("line__seq")
    numbers = [attempt.line.business_no or "" for attempt in waiting.select_related("line")]
    if not numbers:
        raise Refusal(_("这个批次没有待查的笔。"), code="nothing_unknown", status=409)
    batch.asked_at = now
    batch.save(update_fields=["asked_at"])
    record("batch.asked", about=("batch", batch.pk), object=batch, payload={"numbers": numbers})
    return bankfile.write_query(bankfile.template(batch.template), batch=batch.number, numbers=numbers)
