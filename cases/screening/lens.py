"""The lens by LOCS III (晶状体混浊分级) and the pressure of an eye (眼压) as they are written on screening sheets: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.text import clean

GRADES: dict[str, tuple[str, Decimal]] = {
    "nc": ("NC", Decimal("6.9")),
    "no": ("NO", Decimal("6.9")),
    "c": ("C", Decimal("5.9")),
    "p": ("P", Decimal("5.9")),
}
"""LOCS III: colour and opalescence of the nucleus, cortex, and behind the capsule; each from 0.1 to its highest, in tenths."""
LEAST = Decimal("0.1")
LOWEST, HIGHEST = Decimal(1), Decimal(80)
"""mmHg: what a tonometer shows."""


class LensFault(ValueError):
    """A grade or a pressure that cannot be read; `message` says how to write it."""

    def __init__(self, message: object) -> None:
        super().__init__("lens")
        self.message = message


def grade(name: str, text: str) -> Decimal:
    """读分级: 2.5, or NC2.5 as it stands on many sheets. Raises LensFault with how to write it."""
    label, most = GRADES[name]
    raw = re.sub(rf"^{label}\s*", "", clean(str(text)).upper())
    found = Decimal(raw) if re.fullmatch(r"\d(?:\.\d)?", raw) else None
    if found is None or not LEAST <= found <= most:
        said = _("LOCS III 的 {label} 写 {low} 到 {high}，一位小数。")
        raise LensFault(format_lazy(said, label=label, low=LEAST, high=most))
    return found


def pressure(text: str) -> Decimal:
    """读眼压: 15 or 15.5, in mmHg, the unit written or not. Raises LensFault with how to write it."""
    raw = re.sub(r"\s*(?:MMHG|毫米汞柱)$", "", clean(str(text)).upper())
    found = Decimal(raw) if re.fullmatch(r"\d{1,2}(?:\.\d)?", raw) else None
    if found is None or not LOWEST <= found <= HIGHEST:
        said = _("眼压写毫米汞柱，{low} 到 {high}，例如 15。")
        raise LensFault(format_lazy(said, low=LOWEST, high=HIGHEST))
    return found


def told(grades: Mapping[str, Decimal]) -> str:
    """The grades on one line, in the order of the standard: NC2.5 NO3.0 C0.5 P0.1."""
    return " ".join(f"{label}{grades[name]}" for name, (label, _most) in GRADES.items() if name in grades)
