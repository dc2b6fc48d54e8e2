"""What an audiogram comes to (听力检查): averages per ear, who is fitted, and who waits before whom: pure (domain.md 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.parts import LEFT_EAR, RIGHT_EAR
from cases.screening.ears import grade, shown, whole

RED_FLAGS: dict[str, Any] = {
    "sudden": _("90 天内突然听力下降"),
    "discharge": _("耳朵流脓、流液"),
    "vertigo": _("眩晕"),
    "asymmetry": _("两耳相差明显"),
    "air_bone_gap": _("气骨导差达到 15 dB"),
}
"""警示征象: whoever has one sees an ear doctor before a device is fitted."""


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


STANDARD = "WHO1997"


def degree(loss: Decimal) -> int:
    """How severe a loss is: the grade of WHO 1997, 0 for none, by the ear's average in dB HL."""
    found = grade(STANDARD, right=loss, left=loss)
    return int(found.code) if found is not None else 0


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

    @property
    def order(self) -> tuple[Any, ...]:
        """Who comes first has the smaller one."""
        return (-degree(self.loss), self.since, self.born, self.category)

    def age_on(self, day: date) -> int:
        """Whole years on a day."""
        return age_on(self.born, day)


def why_here(need: Need, today: date) -> list[Any]:
    """排在这里的原因: what the place in the waiting list rests on, in words."""
    found = grade(STANDARD, right=need.loss, left=need.loss)
    return [
        _("%(grade)s，较好耳 %(loss)s dB") % {"grade": found.name if found else "", "loss": shown(need.loss)},
        _("%(day)s起等") % {"day": local_day(need.since).isoformat()},
        _("%(age)s 岁") % {"age": need.age_on(today)},
    ]
