"""What the bank and we do not agree on (待处理差异): one list over all batches, until an answer or a person settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cases.access.queries import require
from cases.errors import NotFound
from cases.money.models import BankAnswerLine, PaymentBatch, PayoutAttempt
from cases.money.queries import found as known
from cases.money.rules import PROVINCE
from cases.paging import PAGE, Page

MOST = 100


@dataclass(frozen=True, slots=True)
class Open:
    """待处理差异一笔: a payment of ours on which the bank and we do not agree, or a line of the bank that is none of ours."""

    key: str
    difference: str
    batch: PaymentBatch
    attempt: PayoutAttempt | None = None
    line: BankAnswerLine | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the bank's next answer settles it; else a person finds out."""
        return self.attempt is not None and self.attempt.state in ("sent", "unknown")


def differences(viewer: Any, *, after: str = "") -> Page[Open]:
    """待处理差异 of all batches in one list: payments first, then lines of accepted answers that belong to no payment."""
    require(viewer, "money.fund", PROVINCE)
    kind, pk = after[:1], after[1:]
    if after and (kind not in ("p", "l") or not pk.isdigit()):
        raise NotFound()
    found: list[Open] = []
    if kind != "l":
        mine = PayoutAttempt.objects.exclude(difference="").filter(pk__gt=int(pk or 0))
        rows = mine.select_related("line__batch", "case").order_by("pk")[: PAGE + 1]
        found += [Open(f"p{row.pk}", row.difference, row.line.batch, attempt=row) for row in rows]
    if len(found) <= PAGE:
        lines = strangers().filter(pk__gt=int(pk) if kind == "l" else 0)
        rest = lines.select_related("answer__batch").order_by("pk")[: PAGE + 1 - len(found)]
        found += [Open(f"l{row.pk}", row.outcome, row.answer.batch, line=row) for row in rest]
    return Page(found[:PAGE], found[PAGE - 1].key if len(found) > PAGE else "")


def strangers() -> QuerySet[BankAnswerLine]:
    """Lines of accepted answers that are none of our payments and that nobody has looked into."""
    return BankAnswerLine.objects.filter(outcome="unknown_line", finding=None, answer__accepted_at__isnull=False)


def get_difference(viewer: Any, key: str) -> Open:
    """One open difference by its key; a refusal when it is settled."""
    require(viewer, "money.fund", PROVINCE)
    kind, pk = key[:1], key[1:]
    one: Open | None = None
    if kind == "p" and pk.isdigit():
        row = PayoutAttempt.objects.exclude(difference="").select_related("line__batch", "case").filter(pk=pk).first()
        one = Open(key, row.difference, row.line.batch, attempt=row) if row else None
    elif kind == "l" and pk.isdigit():
        line = strangers().select_related("answer__batch").filter(pk=pk).first()
        one = Open(key, line.outcome, line.answer.batch, line=line) if line else None
    return known(one)


def how_many_differ() -> str:
    """How many differences wait, for the money page; from a hundred on only "99+"."""
    number = PayoutAttempt.objects.exclude(difference="").values("pk")[:MOST].count()
    number += strangers().values("pk")[:MOST].count()
    return str(number) if number < MOST else f"{MOST - 1}+"
