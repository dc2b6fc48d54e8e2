"""Urgent aid for those who look after it (急难救助台账): each case with its reasons, approver, dates and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from cases.access.queries import posts_of, require, sees
from cases.award.facts import ZERO
from cases.paging import Page, newest_first
from cases.policy.rules import Policy
from cases.urgent.models import UrgentAid
from cases.urgent.rules import LEVEL, flag_of

RIGHTS = ("inspect", "panel.call", "panel.vote", "panel.minutes", "money.fund")
"""Inspectors, the panel and its heads, and the people of the fund."""
MOST = 5000


def limit_of(policy: Policy) -> Decimal | None:
    """急难限额: the most that one person may agree to (yuan); None where the policy has no urgent path."""
    return policy.cap("urgent") if policy.level_on(LEVEL) else None


def aid_of(case: Any) -> UrgentAid | None:
    """The urgent aid of a case with its payment, or None."""
    return UrgentAid.objects.filter(case=case).select_related("payout").first()


def paid_ahead(case: Any) -> Decimal:
    """已先行救助: what went ahead of the panel in this case, in yuan; what never left, or came back, does not count."""
    aid = aid_of(case)
    return aid.amount if aid is not None and aid.payout.state != "void" else ZERO


@dataclass(frozen=True, slots=True)
class Line:
    """急难救助一件: the row, its reasons in words, and its flag (`rules.FLAGS`)."""

    aid: UrgentAid
    reasons: tuple[str, ...]
    flag: str


def listed(viewer: Any, *, today: date, after: str = "") -> Page[Line]:
    """台账, newest first, as far as the viewer sees the cases; one query for a page of any length."""
    page = newest_first(_rows(viewer), after)
    return Page(_lines(page.rows, today), page.after)


def exported(viewer: Any, *, today: date) -> Iterator[Line]:
    """All of the list for a file, newest first, at most five thousand."""
    yield from _lines(list(_rows(viewer).order_by("-pk")[:MOST]), today)


def _rows(viewer: Any) -> QuerySet[UrgentAid]:
    if not may_list(viewer):
        areas = [post.office.division_code for post in posts_of(viewer)]
        require(viewer, RIGHTS[0], areas[0] if areas else "64")
    return UrgentAid.objects.filter(sees(viewer, "case__")).select_related("case", "payout", "approved_by", "asked_by")


def may_list(viewer: Any) -> bool:
    """Whether one of the viewer's posts opens the list."""
    return any(set(RIGHTS) & set(post.role.rights) for post in posts_of(viewer))


def _lines(rows: list[UrgentAid], today: date) -> list[Line]:
    name = "name_en" if (get_language() or "").startswith("en") else "name_zh"
    return [
        Line(
            row,
            tuple(str(reason[name]) for reason in row.reasons),
            flag_of(row.outcome, row.payout.state, row.confirm_by, row.settled_at, today=today),
        )
        for row in rows
    ]
