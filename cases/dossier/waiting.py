"""轮候的次序 (F58): who waits for money, in the order that the policy in force says, each with his place and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cases.access.queries import visible_cases
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.policy.queries import current
from cases.programme import programme, programmes

NEED = "need"


@dataclass(frozen=True, slots=True)
class InLine:
    """One case that waits, its place in the whole line and why it stands there."""

    case: Case
    place: int
    why: str


def order_of(slug: str) -> str:
    """按什么排: by the day of acceptance, unless the policy in force puts need first."""
    return str(current(slug, clock.today()).setting("caps", "fund_short", "waits_by", "accepted"))


def _key(case: Case, order: str) -> tuple[str, date, int]:
    need = str(answers(case).get("hardship_category") or "H99") if order == NEED else ""
    return need, case.accepted_on or date.max, case.pk


def line(slug: str) -> list[InLine]:
    """轮候名单 of one programme whose awards are money; the first gets the next money."""
    if programme(slug).in_kind:
        return []
    waiting = list(Case.objects.filter(programme=slug, state="WAITLIST"))
    if not waiting:
        return []
    order = order_of(slug)
    rows = sorted(waiting, key=lambda case: _key(case, order))
    return [InLine(case, place, _why(case, order)) for place, case in enumerate(rows, start=1)]


def _why(case: Case, order: str) -> str:
    day = case.accepted_on.isoformat() if case.accepted_on else ""
    if order != NEED:
        return _("受理日期 %(day)s，先受理的在前") % {"day": day}
    category = str(answers(case).get("hardship_category") or "H99")
    names = dict(programme(case.programme).question("hardship_category").choices)
    return _("困难类别：%(category)s，受理日期 %(day)s") % {"category": names.get(category, category), "day": day}


def ahead_of(case: Case) -> int | None:
    """前面还有几人: how many wait before this case, or would when it joins; None where nobody waits for money."""
    if programme(case.programme).in_kind:
        return None
    order = order_of(case.programme)
    mine, others = (
        _key(case, order),
        Case.objects.filter(programme=case.programme, state="WAITLIST").exclude(pk=case.pk),
    )
    return sum(_key(one, order) < mine for one in others)


def jumps_the_line(case: Case) -> bool:
    """插队: whether a case that waits would get money while others wait before it."""
    return case.state == "WAITLIST" and bool(ahead_of(case))


def in_letter(case: Case) -> dict[str, str]:
    """轮候通知: how many stand before this one; nothing where a device is waited for."""
    ahead = ahead_of(case)
    return {} if ahead is None else {"before": str(ahead)}


def lines_for(viewer: Any) -> list[tuple[Any, list[InLine]]]:
    """轮候名单 as far as the viewer's posts go: the place is that in the whole line."""
    seen = set(visible_cases(viewer).filter(state="WAITLIST").values_list("pk", flat=True))
    lines = ((card.name, [one for one in line(card.slug) if one.case.pk in seen]) for card in programmes())
    return [(name, rows) for name, rows in lines if rows]
