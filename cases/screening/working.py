"""From what was typed at a session to a result (算结果): each field read, each fault at its field, the working kept: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.parts import part_name
from cases.people.rules import age
from cases.screening import ears as hears
from cases.screening import sight
from cases.screening.outcomes import (
    CLOUDED,
    CONTRA_EYE,
    EYES,
    OTHER_EYE,
    RED_FLAGS,
    SIDES,
    Eye,
    Found,
    of_ears,
    of_eyes,
)

HERTZ = (250, 500, 1000, 2000, 4000, 8000)
FULL = _("还有内容没填好，请看标出的地方。")
Findings = Mapping[str, Any]
"""As typed: for eyes `right_bare`, `right_best`, `right_lens`, `right_others`, `right_needed` and the same for left, `against`;
for ears `right_500` and the other frequencies, `limit`, `flags`, `wears_one`."""


def side_words(kind: str) -> dict[str, Any]:
    """Right and left, as the parts of the body are called."""
    return {side: part_name(f"{side}_{'eye' if kind == EYES else 'ear'}") for side in SIDES}


def work_out(
    kind: str, findings: Findings, *, born: date, on: date, standard: str, limits: Mapping[str, Any]
) -> tuple[Found, dict[str, Any]]:
    """The result and its working, which names what each raw value was read as. Raises Invalid with a sentence for each field."""
    years = age(born, on)
    found, read = _eyes(findings, years, limits) if kind == EYES else _ears(findings, years, standard, limits)
    worked = {
        "age": years, "standard": standard, "limits": dict(limits), "read": read, "outcome": found.outcome,
        "sides": list(found.sides), "grade": found.grade.code if found.grade else "",
        "averages": {side: hears.shown(db) for side, db in found.averages.items()},
    }  # fmt: skip
    return found, worked


def _eyes(findings: Findings, years: int, limits: Mapping[str, Any]) -> tuple[Found, dict[str, Any]]:
    faults: dict[str, Any] = {}
    eyes: dict[str, Eye] = {}
    read: dict[str, Any] = {}
    for side in SIDES:
        seen = {name: _sight(findings, f"{side}_{name}", faults, name == "bare") for name in ("bare", "best")}
        lens = str(findings.get(f"{side}_lens") or "")
        if lens not in dict(CLOUDED):
            faults[f"{side}_lens"] = _("请选晶状体的情况")
        others = _known(findings.get(f"{side}_others"), OTHER_EYE)
        read |= {f"{side}_{name}": _as_data(one) for name, one in seen.items() if one is not None}
        if seen["bare"] is not None:
            eyes[side] = Eye(seen["bare"], seen["best"], lens, others, bool(findings.get(f"{side}_needed")))
    if faults:
        raise Invalid(FULL, fields=faults)
    return of_eyes(eyes, age=years, against=_known(findings.get("against"), CONTRA_EYE), limits=limits), read


def _sight(findings: Findings, name: str, faults: dict[str, Any], is_asked: bool) -> sight.Vision | None:
    text = str(findings.get(name) or "").strip()
    if not text:
        if is_asked:
            faults[name] = _("请填写视力")
        return None
    try:
        return sight.read(text)
    except sight.SightFault as fault:
        faults[name] = fault.message
        return None


def _as_data(seen: sight.Vision) -> dict[str, str]:
    decimal = "" if seen.decimal is None else str(seen.decimal)
    return {"raw": seen.raw, "decimal": decimal, "logmar": str(seen.logmar), "rank": str(seen.rank)}


def _ears(findings: Findings, years: int, standard: str, limits: Mapping[str, Any]) -> tuple[Found, dict[str, Any]]:
    faults: dict[str, Any] = {}
    limit = _limit(findings.get("limit"), faults)
    both: dict[str, dict[int, hears.Threshold]] = {side: {} for side in SIDES}
    for side in SIDES:
        for hertz in HERTZ:
            name = f"{side}_{hertz}"
            text = str(findings.get(name) or "").strip()
            if not text:
                if hertz in hears.FREQUENCIES:
                    faults[name] = _("请填写听阈")
                continue
            try:
                both[side][hertz] = hears.read(text, limit=limit)
            except hears.EarsFault as fault:
                faults[name] = fault.message
    if faults:
        raise Invalid(FULL, fields=faults)
    found = of_ears(
        both, age=years, flags=_known(findings.get("flags"), RED_FLAGS), wears_one=bool(findings.get("wears_one")),
        standard=standard, limits=limits,
    )  # fmt: skip
    read = {
        f"{side}_{hertz}": {"raw": one.raw, "db": one.db} for side, ear in both.items() for hertz, one in ear.items()
    }
    return found, read


def _limit(given: Any, faults: dict[str, Any]) -> int | None:
    text = str(given or "").strip()
    if not text:
        return None
    try:
        return hears.read(text).db
    except hears.EarsFault as fault:
        faults["limit"] = fault.message
        return None


def _known(given: Any, words: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(code for code in words if code in (given or ()))


def wanted_side(sides: list[str], read: Mapping[str, Any], averages: Mapping[str, str]) -> str:
    """先做哪一侧: the worse eye first, and the better of the ears that may be helped; "" when none may."""
    if not sides:
        return ""
    if averages:
        return min(sides, key=lambda side: Decimal(averages[side]))
    return min(sides, key=lambda side: Decimal(read[f"{side}_bare"]["rank"]))
