"""From what was typed at a session to a result (算结果): each field read, each fault at its field, the working kept: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.parts import part_name
from cases.people.rules import age
from cases.screening import ears as hears
from cases.screening import lens, sight
from cases.screening.outcomes import (
    CLOUDED,
    CONTRA_EYE,
    EYES,
    OTHER_EYE,
    OTOSCOPY,
    RED_FLAGS,
    SIDES,
    Eye,
    Found,
    of_ears,
    of_eyes,
)
from cases.text import clean

HERTZ = (250, 500, 1000, 2000, 4000, 8000)
FULL = _("还有内容没填好，请看标出的地方。")
Findings = Mapping[str, Any]
"""As typed: for eyes `right_bare`, `right_best`, `right_lens`, `right_nc`, `right_no`, `right_c`, `right_p`, `right_pressure`,
`right_others`, `right_needed` and the same for left, `against`; for ears `right_500` and the other frequencies, `right_average`,
`right_otoscopy` and the same for left, `limit`, `flags`, `wears_one`."""


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
        "sides": list(found.sides), "refer_for": list(found.refer_for), "grade": found.grade.code if found.grade else "",
        "averages": {side: hears.shown(db) for side, db in found.averages.items()},
    }  # fmt: skip
    return found, worked


def day_fault(on: date, *, first: date, today: date) -> Any:
    """What is wrong with the day of an examination: not before the session, not later than today; "" when it is right."""
    if on > today:
        return _("日期不能晚于今天")
    return _("检查日期早于这一场的日期") if on < first else ""


def _eyes(findings: Findings, years: int, limits: Mapping[str, Any]) -> tuple[Found, dict[str, Any]]:
    faults: dict[str, Any] = {}
    eyes: dict[str, Eye] = {}
    read: dict[str, Any] = {}
    for side in SIDES:
        seen = {name: _sight(findings, f"{side}_{name}", faults, name == "bare") for name in ("bare", "best")}
        measured = _lens(findings, side, faults)
        pressure = measured.pop("pressure", None)
        word = str(findings.get(f"{side}_lens") or "")
        if word not in dict(CLOUDED) and (word or not measured):
            faults[f"{side}_lens"] = _("请选晶状体的情况，或者填 LOCS III 分级")
        others = _known(findings.get(f"{side}_others"), OTHER_EYE)
        read |= {f"{side}_{name}": _as_data(one) for name, one in seen.items() if one is not None}
        read |= {f"{side}_locs": lens.told(measured)} if measured else {}
        read |= {f"{side}_pressure": str(pressure)} if pressure is not None else {}
        if seen["bare"] is not None:
            needed = bool(findings.get(f"{side}_needed"))
            eyes[side] = Eye(seen["bare"], seen["best"], word or "none", others, needed, measured, pressure)
    if faults:
        raise Invalid(FULL, fields=faults)
    return of_eyes(eyes, age=years, against=_known(findings.get("against"), CONTRA_EYE), limits=limits), read


def _lens(findings: Findings, side: str, faults: dict[str, Any]) -> dict[str, Decimal]:
    """The LOCS III grades of an eye, and its `pressure`, as far as they were measured."""
    found: dict[str, Decimal] = {}
    for name in (*lens.GRADES, "pressure"):
        text = str(findings.get(f"{side}_{name}") or "").strip()
        if not text:
            continue
        try:
            found[name] = lens.pressure(text) if name == "pressure" else lens.grade(name, text)
        except lens.LensFault as fault:
            faults[f"{side}_{name}"] = fault.message
    return found


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
    both = {side: _heard(findings, side, limit, faults) for side in SIDES}
    for side, ear in both.items():
        _must_agree(findings, f"{side}_average", hears.average(ear), faults)
    if faults:
        raise Invalid(FULL, fields=faults)
    looked = {code for side in SIDES for code in _known(findings.get(f"{side}_otoscopy"), OTOSCOPY)}
    flags = (*_known(findings.get("flags"), RED_FLAGS), *_known(looked, OTOSCOPY))
    found = of_ears(
        both, age=years, flags=flags, wears_one=bool(findings.get("wears_one")), standard=standard, limits=limits,
    )  # fmt: skip
    read = {
        f"{side}_{hertz}": {"raw": one.raw, "db": one.db} for side, ear in both.items() for hertz, one in ear.items()
    }
    return found, read


def _heard(findings: Findings, side: str, limit: int | None, faults: dict[str, Any]) -> dict[int, hears.Threshold]:
    found: dict[int, hears.Threshold] = {}
    for hertz in HERTZ:
        name = f"{side}_{hertz}"
        text = str(findings.get(name) or "").strip()
        if not text:
            if hertz in hears.FREQUENCIES:
                faults[name] = _("请填写听阈")
            continue
        try:
            found[hertz] = hears.read(text, limit=limit)
        except hears.EarsFault as fault:
            faults[name] = fault.message
    return found


def _must_agree(findings: Findings, name: str, computed: Decimal | None, faults: dict[str, Any]) -> None:
    """An average that somebody wrote down is compared with the one that is computed, to the whole decibel: it finds slips of typing."""
    text = clean(str(findings.get(name) or ""))
    if not text or computed is None:
        return
    if not re.fullmatch(r"-?\d{1,3}(?:\.\d{1,2})?", text) or abs(Decimal(text) - computed) >= 1:
        said = _("写的平均和四个频率算出来的 {db} 分贝对不上，请核对。")
        faults[name] = format_lazy(said, db=hears.shown(computed))


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
