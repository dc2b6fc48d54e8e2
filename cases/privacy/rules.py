"""What keeps the data of a case (保存事由), in words, and what then becomes of an erasure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=30)
"""The answer to a request is given within this at the latest (GB/T 35273 8.7); a policy promises less in `privacy_answer`."""

RIGHT = "privacy.decide"
STOPS = {"open", "unpaid"}
"""While these stand nothing is erased and nothing set aside: the person withdraws first, or the money goes out first."""
VOUCHER = "voucher"

WORDS: dict[str, Any] = {
    "open": _("案卷还在办理。先办结或者撤回申请。"),
    "unpaid": _("还有款项没有付清。先付清或者释放。"),
    "objection": _("公示异议还没有核查完。"),
    "finding": _("监督检查发现的问题还没有销号。"),
    "inspection": _("监督检查要用，依法保全。"),
    "litigation": _("诉讼或者仲裁要用，依法保全。"),
    "voucher": _("付款凭证依法保存 30 年，只存不用。"),
}


@dataclass(frozen=True)
class Hold:
    """保存事由: its code, and its last day where it has one."""

    code: str
    until: date | None = None

    @property
    def words(self) -> Any:
        """What a clerk and the person read."""
        return WORDS[self.code]


def answered_by(asked_on: date, promised: date | None) -> date:
    """答复期限: the day that the policy promises, never later than the standard's 30 days; those where it promises nothing."""
    return min(asked_on + LONGEST, promised or date.max)


def stopped(holds: Iterable[Hold]) -> Hold | None:
    """The first hold for which an erasure is not taken up at all."""
    return next((hold for hold in holds if hold.code in STOPS), None)


def restricts(holds: Iterable[Hold]) -> bool:
    """Whether the whole case is kept in storage only; vouchers keep the money alone."""
    return any(hold.code not in STOPS and hold.code != VOUCHER for hold in holds)
