"""What an audiogram comes to (听力检查): averages per ear, who is fitted, and who waits before whom: pure (domain.md 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.parts import LEFT_EAR, RIGHT_EAR
from cases.screening.ears import Grade, grade, grades, shown, whole


@dataclass(frozen=True, slots=True)
class Bounds:
    """适用范围 of the policy, in dB HL, both ends counted: for one device by the better ear, for two by either ear."""

    loss_from: int
    loss_to: int
    second_from: int


@dataclass(frozen=True, slots=True)
class Ears:
    """两耳: the averages, and the ear that the tester would fit ("" leaves it to the better one)."""

    right: Decimal
    left: Decimal
    wanted: str = ""

    @property
    def better(self) -> Decimal:
        """The average of the better ear."""
        return min(self.right, self.left)

    def loss(self, part: str) -> Decimal:
        """The average of one ear."""
        return self.right if part == RIGHT_EAR else self.left

    def fitted(self, bounds: Bounds) -> tuple[str, ...]:
        """配哪只耳: none outside the bounds; both where each ear is bad enough; else the wanted or the better one."""
        if not bounds.loss_from <= whole(self.better) <= bounds.loss_to:  # published in whole dB
            return ()
        both = [whole(value) for value in (self.right, self.left)]
        first = self.wanted or (RIGHT_EAR if self.right <= self.left else LEFT_EAR)
        second = LEFT_EAR if first == RIGHT_EAR else RIGHT_EAR
        if all(bounds.second_from <= value <= bounds.loss_to for value in both):
            return (first, second)
        return (first,)


def age_on(born: date, day: date) -> int:
    """周岁: whole years since a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Need:
    """需求: by what the waiting list is ordered: grade of loss, then how long, then age, then hardship category."""

    loss: Decimal
    since: datetime
    born: date
    category: str
    standard: str

    @property
    def grade(self) -> Grade | None:
        """How severe the loss of the better ear is under the standard; None where that has no grade for so small a loss."""
        return grade(self.standard, right=self.loss, left=self.loss)

    @property
    def degree(self) -> int:
        """How far up among the grades of the standard, 0 for none."""
        return 0 if self.grade is None else 1 + grades(self.standard).index(self.grade)

    @property
    def order(self) -> tuple[Any, ...]:
        """Who comes first has the smaller one."""
        return (-self.degree, self.since, self.born, self.category)

    def age_on(self, day: date) -> int:
        """Whole years on a day."""
        return age_on(self.born, day)


def why_here(need: Need, today: date) -> list[Any]:
    """排在这里的原因: what the place in the waiting list rests on, in words."""
    found = need.grade
    return [
        _("%(grade)s，较好耳 %(loss)s dB") % {"grade": found.name if found else "", "loss": shown(need.loss)},
        _("%(day)s起等") % {"day": local_day(need.since).isoformat()},
        _("%(age)s 岁") % {"age": need.age_on(today)},
    ]
