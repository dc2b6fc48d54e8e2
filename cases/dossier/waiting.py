"""轮候的次序 (F58): who waits for money, in the order that the policy in force says, each with his place and the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import answers_of
from cases.policy.queries import current
from cases.programme import programme

NEED = "need"


@dataclass(frozen=True, slots=True)
class InLine:
    """One case that waits, its place in the whole line, why it stands there, and what it is sorted by."""

    case: Case
    place: int
    why: str
    key: str


def order_of(slug: str) -> str:
    """按什么排: by the day of acceptance, unless the policy in force puts need first."""
    return str(current(slug, clock.today()).setting("caps", "fund_short", "waits_by", "accepted"))


def _needs(cases: Collection[Case], order: str) -> dict[int, str]:
    """困难类别 of each, by one question for all of them; nothing where need does not count."""
    if order != NEED:
        return {}
    return {case: str(found.get("hardship_category") or "H99") for case, found in answers_of(cases).items()}


def _key(case: Case, needs: Mapping[int, str]) -> str:
    """Of two keys the smaller one goes first: need, day of acceptance, and among those of one day who was sooner here."""
    return f"{needs.get(case.pk, '')}_{case.accepted_on or date.max}_{case.pk:019}"


def line(slug: str) -> list[InLine]:
    """轮候名单 of one programme whose awards are money; the first gets the next money."""
    waiting = [] if programme(slug).in_kind else list(Case.objects.filter(programme=slug, state="WAITLIST"))
    if not waiting:
        return []
    needs = _needs(waiting, order_of(slug))
    rows = sorted(waiting, key=lambda case: _key(case, needs))
    return [InLine(case, place, _why(case, needs), _key(case, needs)) for place, case in enumerate(rows, start=1)]


def _why(case: Case, needs: Mapping[int, str]) -> str:
    day = case.accepted_on.isoformat() if case.accepted_on else ""
    if not needs:
        return _("受理日期 %(day)s，先受理的在前") % {"day": day}
    category = needs[case.pk]
    names = dict(programme(case.programme).question("hardship_category").choices)
    return _("困难类别：%(category)s，受理日期 %(day)s") % {"category": names.get(category, category), "day": day}


def before(case: Case) -> list[Case] | None:
    """排在前面的: who waits before this case, or would when it joins; None where nobody waits for money."""
    if programme(case.programme).in_kind:
        return None
    others = list(Case.objects.filter(programme=case.programme, state="WAITLIST").exclude(pk=case.pk))
    if not others:
        return []
    needs = _needs([case, *others], order_of(case.programme))
    mine = _key(case, needs)
    return [one for one in others if _key(one, needs) < mine]


def ahead_of(case: Case) -> int | None:
    """前面还有几人; None where nobody waits for money."""
    found = before(case)
    return None if found is None else len(found)


def jumps_the_line(case: Case) -> bool:
    """插队: whether a case that waits would get money while others wait before it."""
    return case.state == "WAITLIST" and bool(ahead_of(case))


def in_letter(case: Case) -> dict[str, str]:
    """轮候通知: how many stand before this one; nothing where a device is waited for."""
    ahead = ahead_of(case)
    return {} if ahead is None else {"before": str(ahead)}
