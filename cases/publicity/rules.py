"""What a public list may show, when it ends, and who may look into an objection: pure, with no database behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import Calendar, Due, add_workdays, local_day
from cases.notices.rules import case_tail
from cases.people.rules import mask_name
from cases.regions.rules import Level, at_level

AWAITING = frozenset({"PUBLICITY"})
"""States in which a case waits to be put on a public list."""

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 5
SHORTEST_OBJECTION = 5
LONGEST_OBJECTION = 2000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One case that is to be shown: what is known of it, before anything is hidden."""

    case: int
    number: str
    name: str
    is_minor: bool
    agreed: bool
    county: str
    amount: Decimal
    group: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the public sees it: masked name or code, area, amount, case tail; `area` is still a division code."""

    case: int
    shown_name: str
    area: str
    amount: Decimal
    tail: str
    group: str
    is_coded: bool


def lines(candidates: Sequence[Candidate], code: Callable[[], str], *, fewest: int) -> list[Line]:
    """公示条目: each candidate as the public may see it, in an order that says nothing about whom.

    Who did not agree stands as a code, which `code` draws; a minor as surname and 某; a county with fewer than `fewest`
    on this list is replaced by its city, for its people could be told apart. No ID number, birth date, address, illness or account is ever taken in.
    """
    counties = Counter(one.county for one in candidates)
    out = [
        Line(
            case=one.case,
            shown_name=mask_name(one.name, minor=one.is_minor) if one.agreed else code(),
            area=one.county if counties[one.county] >= fewest else city_of(one.county),
            amount=one.amount,
            tail=case_tail(one.number),
            group=one.group,
            is_coded=not one.agreed,
        )
        for one in candidates
    ]
    return sorted(out, key=lambda line: (line.area, line.tail))


def city_of(code: str) -> str:
    """The city a place lies in; a wider code stands for itself."""
    return at_level(code, Level.CITY) or code


def shown_code(letters: Iterable[str]) -> str:
    """代码: what stands instead of a name, drawn at random and without letters that look alike."""
    return f"代码 {''.join(letters)}"


def common_area(areas: Iterable[str]) -> str:
    """The smallest place that holds all of them: the heading of the list."""
    found = sorted(set(areas))
    shared = found[0]
    while any(not area.startswith(shared) for area in found):
        shared = shared[:-2]
    return shared


def list_days(starts_on: date, workdays: int, cal: Calendar) -> Due:
    """公示期: the last day of the list, so many working days after the day of posting, which is not counted."""
    return add_workdays(starts_on, workdays, cal)


def is_running(starts_on: date, ends_on: date, state: str, now: datetime) -> bool:
    """公示期内: whether the list is on the public page; its last day counts to midnight in China."""
    return state == "open" and starts_on <= local_day(now) <= ends_on


def why_not_listed(*, state: str, award: Decimal | None, told_before: bool, is_listed: bool) -> Any:
    """Why a case cannot be put on a list now; "" when it can."""
    if is_listed:
        return _("这件已经在公示名单上。")
    if state not in AWAITING:
        return _("这件不在等待公示，现在不能公示。")
    if award is None:
        return _("这件还没有核定金额，不能公示。")
    if not told_before:
        return _("还没有告知申请人。请先发公示告知书，再公示。")
    return ""


def why_not_investigator(*, investigator: int, first_review: Iterable[int], parties: Iterable[int]) -> Any:
    """Why somebody may not close an objection; "" when he may (domain.md 10: not from the first review)."""
    if investigator in set(first_review):
        return _("这件的受理或初审是您办的，异议要由别的同事核查。")
    if investigator in set(parties):
        return _("您是这件的申请人或代办人，异议要由别人核查。")
    return ""


def why_not_extended(*, is_extended: bool, due_on: date, today: date) -> Any:
    """Why the look into an objection cannot take longer; "" when it can, once and before its last day is over."""
    if is_extended:
        return _("核查已经延长过一次，不能再延长。请尽快作出结论。")
    if today > due_on:
        return _("核查时限已过，不能再延长。请尽快作出结论。")
    return ""


def faults_of_objection(text: str, name: str, phone: str, phone_is_good: bool) -> Mapping[str, Any]:
    """What is wrong with an objection, field by field: anonymous ones need nothing more, named ones a phone."""
    faults: dict[str, Any] = {}
    if len(text) < SHORTEST_OBJECTION:
        faults["text"] = _("请写明哪里不对，至少 5 个字。")
    if len(text) > LONGEST_OBJECTION:
        faults["text"] = _("最多写 2000 个字。请写短一些。")
    if name and not phone:
        faults["phone"] = _("写了姓名，请再留一个电话，好答复您。")
    if phone and not phone_is_good:
        faults["phone"] = _("手机号应是 11 位数字，以 1 开头。请核对。")
    return faults


FirstReviewers = Callable[[Any], set[int]]
_first_reviewers: list[FirstReviewers] = []


def first_reviewers_from(find: FirstReviewers) -> FirstReviewers:
    """Register who knows the people of a case's first review (the road, which stands above this room)."""
    _first_reviewers[:] = [find]
    return find


def first_reviewers(case: Any) -> set[int]:
    """初审人员: the accounts that took in or first reviewed a case. Raises LookupError when nobody knows them."""
    if not _first_reviewers:
        raise LookupError("nobody knows the first reviewers")
    return _first_reviewers[0](case)
