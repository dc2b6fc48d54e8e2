"""Are two people one person (同人比对): keyed marks of both in, a score of 0 to 100 with its reasons out; pure, sees no name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

Marks = frozenset[int]
NONE: Marks = frozenset()

NAME, BIRTH, NEAR_BIRTH, PHONE, ACCOUNT, HOME = 55, 35, 20, 10, 12, 8
OTHER_ID = 15
"""Points: what speaks for one person, and what two different valid ID numbers take away."""
SOUND = 0.95
"""A name that only sounds the same is worth a little less than one written the same."""
NAMED_ALIKE, SAME_HOME = 0.75, 0.8
"""From here on two names, two addresses are called alike in the reasons."""

REASONS: dict[str, Any] = {
    "id": _("证件号码相同"),
    "name": _("姓名相同"),
    "sound": _("姓名读音相同或相近"),
    "like": _("姓名相近"),
    "birth": _("出生日期相同"),
    "near_birth": _("出生日期相近"),
    "phone": _("手机号相同"),
    "account": _("收款账户相同"),
    "home": _("住址相同或相近"),
    "other_id": _("两边的证件号码不同"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """比对的一方: one person as keyed marks; a mark that is not known is empty and speaks for nothing."""

    id_key: str = ""
    name_key: str = ""
    glyphs: Marks = NONE
    sounds: Marks = NONE
    births: Marks = NONE
    phones: Marks = NONE
    accounts: Marks = NONE
    home: Marks = NONE


@dataclass(frozen=True, slots=True)
class Match:
    """比对结果: how likely it is one person, 0 to 100, and the codes of REASONS that made it so."""

    score: int
    reasons: tuple[str, ...] = ()
    name: float = field(default=0.0, compare=False)

    @property
    def words(self) -> list[Any]:
        """The reasons in the reader's language."""
        return words(self.reasons)


def words(codes: tuple[str, ...] | list[str]) -> list[Any]:
    """理由: reasons in words, for people."""
    return [REASONS[code] for code in codes if code in REASONS]


def alike(one: Marks, other: Marks) -> float:
    """相似度 of two sets of marks (Dice), 0 to 1; 0 when one of them is empty."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def compare(one: Side, other: Side) -> Match:
    """同人比对: 100 for one ID number; else name, birth date, phone, account and home, less for two different numbers.

    The name counts by its square, so that twins, who share a surname, a home and a birthday, stay apart.
    """
    if one.id_key and one.id_key == other.id_key:
        return Match(100, ("id",), 1.0)
    glyph, sound = alike(one.glyphs, other.glyphs), alike(one.sounds, other.sounds)
    name = max(glyph, SOUND * sound)
    points, reasons = NAME * name * name, _of_name(one, other, glyph, sound)
    for code, gives in _shared(one, other).items():
        points += gives
        reasons.append(code)
    if one.id_key and other.id_key:
        points -= OTHER_ID
        reasons.append("other_id")
    return Match(max(0, min(99, round(points))), tuple(reasons), name)


def _of_name(one: Side, other: Side, glyph: float, sound: float) -> list[str]:
    if (one.name_key and one.name_key == other.name_key) or glyph == 1:
        return ["name"]
    if sound >= NAMED_ALIKE and sound > glyph:
        return ["sound"]
    return ["like"] if glyph >= NAMED_ALIKE else []


def _shared(one: Side, other: Side) -> Mapping[str, int]:
    found: dict[str, int] = {}
    if one.births and one.births == other.births:
        found["birth"] = BIRTH
    elif one.births & other.births:
        found["near_birth"] = NEAR_BIRTH
    if one.phones & other.phones:
        found["phone"] = PHONE
    if one.accounts & other.accounts:
        found["account"] = ACCOUNT
    if alike(one.home, other.home) >= SAME_HOME:
        found["home"] = HOME
    return found
