"""What finance may see: candidates for a batch, batches, answers; what a fund has is in `funds`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, require
from cases.access.rules import covers
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.duplicates.hits import undecided_of
from cases.errors import Refusal
from cases.money import bankfile
from cases.money.models import (
    BankAnswer,
    BankAnswerLine,
    BatchLine,
    Fund,
    PaymentBatch,
    Payout,
)
from cases.money.rules import DIFFERENCES, OUTCOMES, PROVINCE, Candidate, why_out
from cases.paging import Page, newest_first, oldest_first
from cases.people.models import PayeeAccount
from cases.policy.queries import current, due_date

T = TypeVar("T")


def is_uuid(text: str) -> bool:
    """Whether a cursor of an address is one of ours."""
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))


def batches(viewer: Any, *, after: str = "") -> Page[PaymentBatch]:
    """Batches, newest first; `after` is the id of the last one of the page before."""
    require(viewer, "money.fund", PROVINCE)
    return newest_first(PaymentBatch.objects.select_related("fund"), after)


def lines_page(batch: PaymentBatch, *, after: str = "") -> Page[BatchLine]:
    """The lines of a batch in the order of their making, those in and those out, with case and attempt."""
    return oldest_first(batch.lines.select_related("payout__case", "attempt"), after)


def answer_page(answer: BankAnswer, *, after: str = "", differences: bool = False) -> Page[BankAnswerLine]:
    """The lines of an answer, all or only what differs."""
    rows = answer.lines.select_related("attempt__line", "attempt__payout__case")
    rows = rows.filter(outcome__in=[*DIFFERENCES, "processing", "failed", "returned"]) if differences else rows
    return oldest_first(rows, after)


def rights_of(viewer: Any) -> set[str]:
    """What this person may do with the province's money, for the buttons of a page."""
    held = {
        right for post in posts_of(viewer) if covers(post.office.division_code, PROVINCE) for right in post.role.rights
    }
    return {right.removeprefix("money.") for right in held if right.startswith("money.")}


def get_batch(viewer: Any, number: str) -> PaymentBatch:
    """One batch by its number; a refusal when there is none."""
    require(viewer, "money.fund", PROVINCE)
    rows = PaymentBatch.objects.select_related("fund", "maker", "checker", "releaser")
    return found(rows.filter(number=number).first())


def get_fund(viewer: Any, code: str) -> Fund:
    """One fund by its code."""
    require(viewer, "money.fund", PROVINCE)
    return found(Fund.objects.filter(code=code).first())


def get_answer(viewer: Any, pk: int) -> BankAnswer:
    """One answer of the bank."""
    require(viewer, "money.fund", PROVINCE)
    return found(BankAnswer.objects.select_related("batch", "by", "accepted_by").filter(pk=pk).first())


def found(row: T | None) -> T:
    """The row, or the same refusal for all that is not there."""
    if row is None:
        raise Refusal(_("没有找到。请核对编号。"), code="not_found", status=404)
    return row


@dataclass(frozen=True, slots=True)
class Proposal:
    """待入批次: a payout, the account it would go to, and the code of the reason that keeps it out ("" = goes in)."""

    payout: Payout
    account: PayeeAccount | None
    reason: str


def candidates(viewer: Any, fund: Fund, *, today: date) -> list[Proposal]:
    """What a batch made by this viewer today would hold and leave out, oldest grant first (F59)."""
    waiting = Payout.objects.filter(fund=fund).exclude(state__in=["paid", "void"])
    return proposals(waiting.select_related("case").order_by("pk"), maker=viewer, today=today)


def proposals(payouts: Iterable[Payout], *, maker: Any, today: date) -> list[Proposal]:
    """Each payout with its account and why it stays out of a batch of this maker."""
    rows = list(payouts)
    case_ids = [row.case_id for row in rows]
    accounts = {row.case_id: row for row in PayeeAccount.objects.filter(case__in=case_ids, replaced_at=None)}
    mine, held = handled(case_ids, maker), holds(rows)
    form = bankfile.template()
    out = []
    for row in rows:
        account = accounts.get(row.case_id)
        fault = bankfile.fault_of(form, *_texts(account)) if account else ""
        one = Candidate(
            state=row.state,
            not_before=row.not_before,
            hold=held.get(row.pk, ""),
            has_account=account is not None,
            is_confirmed=account is not None and account.confirmed_at is not None,
            is_handled=row.case_id in mine,
            file_fault=fault,
        )
        out.append(Proposal(row, account, why_out(one, today=today)))
    return out


def _texts(account: PayeeAccount) -> tuple[str, ...]:
    return (str(account.holder), str(account.account), account.bank_name, account.cnaps)


def handled(case_ids: Collection[int], user: Any) -> set[int]:
    """Those of the cases in which this person applied, helped or decided: he pays none of them (F45)."""
    if not case_ids or user is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c FROM unnest(%s::bigint[]) AS c WHERE money_handled(c, %s)", [sorted(case_ids), user.pk]
        )
        return {row[0] for row in cursor.fetchall()}


def holds(payouts: Collection[Payout]) -> dict[int, str]:
    """What keeps payouts back today as the database sees it: "publicity", "objection" or "suspended", else "duplicate"."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, money_hold(id, case_id, not_before) FROM cases_payout WHERE id = ANY(%s)",
            [[row.pk for row in payouts]],
        )
        held = {pk: reason for pk, reason in cursor.fetchall() if reason}
    return _with_hits(payouts) | held


def _with_hits(payouts: Collection[Payout]) -> dict[int, str]:
    """Payouts of cases with a severe hit that nobody has decided for the data as they are: "duplicate"."""
    cases = Case.objects.filter(pk__in={row.case_id for row in payouts})
    undecided = undecided_of(list(cases))
    return {row.pk: "duplicate" for row in payouts if undecided[row.case_id]}


def lines_of(batch: PaymentBatch) -> list[BatchLine]:
    """The lines of a batch that go to the bank, in the order of the file."""
    return list(batch.lines.filter(included=True).select_related("payout").order_by("seq"))


def bank_file(batch: PaymentBatch) -> bytes:
    """代发文件: the bytes as they were made; raises Refusal when they no longer have the stored hash (F63)."""
    data = file_of(batch.template, batch.number, batch.made_at, lines_of(batch))
    if bankfile.digest(data) != batch.file_sha256:
        raise Refusal(
            _("批次内容与制单时不一致，文件已停用。请作废这个批次并报告安全管理员。"), code="file_changed", status=409
        )
    return data


def file_of(form: str, number: str, made_at: datetime, lines: Iterable[BatchLine]) -> bytes:
    """The bank's file of lines."""
    rows = [
        bankfile.Row(
            line.seq or 0,
            str(line.account),
            str(line.holder),
            line.amount_fen,
            line.bank_name,
            line.cnaps,
            line.business_no or "",
        )
        for line in lines
    ]
    return bankfile.write(bankfile.template(form), batch=number, day=local_day(made_at), rows=rows)


def unanswered() -> list[PaymentBatch]:
    """Batches at the bank without any answer, the oldest first."""
    return list(PaymentBatch.objects.filter(state="sent").select_related("fund").order_by("pk"))


def is_silent(batch: PaymentBatch, *, today: date) -> bool:
    """银行没有回复: longer than the policy waits, the one in force on the day of sending; its lines must be asked (T067)."""
    if batch.sent_at is None:
        return False
    sent_on = local_day(batch.sent_at)
    return today > due_date(current(batch.fund.programme, on=sent_on), "bank_result", sent_on).on


def why_void(batch: PaymentBatch) -> Any:
    """作废原因 as typed; what the bank said when it refused the whole file is told as its words."""
    if not batch.void_reason:
        return ""
    is_of_bank = batch.answers.filter(is_refusal=True, accepted_at__isnull=False).exists()
    return format_lazy(_("银行拒收：{why}"), why=batch.void_reason) if is_of_bank else batch.void_reason


def outcomes_of(answer: BankAnswer) -> dict[str, int]:
    """How many lines of an answer came to what, as compared on the day of the import."""
    counts = answer.lines.order_by().values_list("outcome").annotate(n=Count("id"))
    found = dict(counts)
    return {name: found[name] for name in OUTCOMES if name in found}
