"""What a screening comes to (筛查结果) for one person, from what was found and the thresholds of the policy: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy
from cases.policy.shapes import amount_in
from cases.screening import ears as hears
from cases.screening import sight

NORMAL, OBSERVE, REFER, OPERABLE, CONTRA = "normal", "observe", "refer", "operable", "contraindicated"
OUTCOMES = (NORMAL, OBSERVE, REFER, OPERABLE, CONTRA)
SIDES = ("right", "left")

EYES, EARS = "eyes", "ears"
"""What a campaign measures: the card of its programme says which (`cases.programme.Programme.screening`)."""

SHIPPED: dict[str, dict[str, str]] = {
    EYES: {"age_from": "60", "vision_at_most": "0.3", "opacity_from": "2.0", "pressure_above": "21"},
    EARS: {
        "age_from": "60",
        "loss_from": "41",
        "loss_to": "90",
        "sudden_days": "90",
        "air_bone_gap": "15",
        "ear_difference": "30",
    },
}
"""示例门槛, while no policy says otherwise. The keys are those of a policy's section `eligibility`."""


def thresholds(kind: str, policy: Policy | None) -> dict[str, str]:
    """门槛 of a campaign: those of the policy where it has them, else the shipped examples."""
    found = dict(SHIPPED[kind])
    for key in found:
        if policy is not None and policy.has("eligibility", key):
            value = policy.row("eligibility", key).value
            found[key] = str(value["count"] if "count" in value else amount_in(value, "amount"))
    return found


def standard_of(policy: Policy, otherwise: str) -> str:
    """分级标准 that a policy names; another where it names none."""
    return str(policy.setting("eligibility", "standard", "standard") or otherwise)


CLOUDED = (("none", _("透明")), ("some", _("有混浊")), ("marked", _("明显混浊，需要手术")))
OTHER_EYE = {
    "pterygium": _("翼状胬肉"),
    "glaucoma": _("疑似青光眼"),
    "entropion": _("睑内翻、倒睫"),
    "keratopathy": _("角膜病"),
    "fundus": _("眼底病"),
    "other": _("其他眼病"),
}
OTOSCOPY = {
    "wax": _("耵聍堵塞"),
    "perforation": _("鼓膜穿孔"),
    "inflamed": _("外耳道或中耳发炎"),
    "other_ear": _("耳镜看到别的异常"),
}
"""耳镜: nothing chosen means that nothing was seen."""
CONTRA_EYE = {
    "infection": _("眼部感染"),
    "pressure": _("血压没有控制好"),
    "sugar": _("血糖没有控制好"),
    "general": _("全身情况不能手术"),
}
RED_FLAGS: dict[str, Any] = {
    "sudden": _("{sudden_days} 天内突然听不见"),
    "discharge": _("耳朵流脓、流液"),
    "vertigo": _("眩晕"),
    "asymmetry": _("两耳平均听阈相差 {ear_difference} 分贝以上"),
    "air_bone_gap": _("气骨导差 {air_bone_gap} 分贝以上"),
}
"""警示征象: whoever has one sees an ear doctor before a device is fitted; the numbers are those of the policy."""
FLAG_NAMES: dict[str, Any] = {
    "sudden": _("突然听不见"),
    "discharge": _("耳朵流脓、流液"),
    "vertigo": _("眩晕"),
    "asymmetry": _("两耳相差大"),
    "air_bone_gap": _("气骨导差大"),
}
"""The same in a sheet that is filled in for any campaign."""
BY_AVERAGES = "asymmetry"
"""The one that follows from the averages and need not be seen by anybody."""
PRESSURE, CLOUDY, UNCLEAR, TOO_MUCH, LOSS = "high_pressure", "clouded", "low_vision", "severe_loss", "loss"
REFER_FOR: dict[str, Any] = {
    CLOUDY: _("白内障"),
    **OTHER_EYE,
    PRESSURE: _("眼压高"),
    UNCLEAR: _("视力低，原因待查"),
    **RED_FLAGS,
    **OTOSCOPY,
    TOO_MUCH: _("重度听力损失，问人工耳蜗"),
    LOSS: _("听力损失"),
}
"""What somebody is sent to another doctor for."""


def red_flags(limits: Mapping[str, Any]) -> dict[str, Any]:
    """警示征象 in words, with these limits."""
    return {code: format_lazy(words, **limits) for code, words in RED_FLAGS.items()}


def flagged(ticked: Collection[str], averages: Collection[Decimal], limits: Mapping[str, Any]) -> tuple[str, ...]:
    """有哪些警示征象: those that were ticked or seen in the ear, and a difference between the ears as large as the limit."""
    found = set(ticked)
    if hears.whole(max(averages) - min(averages)) >= int(limits["ear_difference"]):
        found.add(BY_AVERAGES)
    return tuple(code for code in (*RED_FLAGS, *OTOSCOPY) if code in found)


@dataclass(frozen=True, slots=True)
class Eye:
    """一只眼: bare and best vision, the lens in a word and by its LOCS III grades, pressure in mmHg, other diseases, and whether
    the doctor sees a marked need in spite of the line."""

    bare: sight.Vision
    best: sight.Vision | None = None
    lens: str = "none"
    others: tuple[str, ...] = ()
    is_needed: bool = False
    grades: Mapping[str, Decimal] = field(default_factory=dict)
    pressure: Decimal | None = None

    @property
    def seen(self) -> sight.Vision:
        """The vision that counts: the best corrected one where it was measured."""
        return sight.better([self.bare, self.best]) if self.best else self.bare

    def is_clouded(self, opacity_from: Decimal) -> bool:
        """混浊: said in a word, or a grade of the campaign's limit or more."""
        return self.lens != "none" or any(grade >= opacity_from for grade in self.grades.values())

    def is_high(self, pressure_above: Decimal) -> bool:
        """眼压高: above the campaign's limit; not measured is not high."""
        return self.pressure is not None and self.pressure > pressure_above


@dataclass(frozen=True)
class Found:
    """结果: the outcome, the sides that it is for, each reason as a sentence, and what another doctor should see (`REFER_FOR`)."""

    outcome: str
    sides: tuple[str, ...] = ()
    reasons: tuple[str | Promise, ...] = ()
    refer_for: tuple[str, ...] = ()
    grade: hears.Grade | None = None
    averages: Mapping[str, Decimal] = field(default_factory=dict)


def of_eyes(eyes: Mapping[str, Eye], *, age: int, against: tuple[str, ...], limits: Mapping[str, Any]) -> Found:
    """白内障筛查: operable where the lens is clouded and vision at most the line, in the age, with nothing against it.

    Another eye disease is referred beside that. An eye whose pressure is above the limit is looked at by another doctor
    before it is operated. No light perception is never operated.
    """
    line, from_age = Decimal(limits["vision_at_most"]), int(limits["age_from"])
    high = {side for side, eye in eyes.items() if eye.is_high(Decimal(limits["pressure_above"]))}
    others = (*dict.fromkeys(code for eye in eyes.values() for code in eye.others), *([PRESSURE] if high else []))
    clouded = {side: eye for side, eye in eyes.items() if eye.is_clouded(Decimal(limits["opacity_from"]))}
    worse = {side: eye for side, eye in clouded.items() if eye.is_needed or eye.seen.is_at_most(line)}
    sides = tuple(side for side in SIDES if side in worse and not worse[side].bare.is_blind)
    ready = tuple(side for side in sides if side not in high)
    if sides and age < from_age:
        return Found(REFER, (), (_("有白内障，年龄不到这个项目的要求。"),), (CLOUDY, *others))
    if sides and against:
        return Found(CONTRA, sides, tuple(CONTRA_EYE[code] for code in against), others)
    if ready:
        return Found(OPERABLE, ready, (_("晶状体混浊，视力达到手术标准。"),), others)
    if sides:
        return Found(REFER, (), (_("有白内障，眼压高，先看眼压再定手术。"),), others)
    if worse:
        return Found(CONTRA, tuple(worse), (_("没有光感，手术不能恢复视力。"),), others)
    if others:
        return Found(REFER, (), (_("发现别的眼病，请到医院看。"),), others)
    if any(eye.seen.is_at_most(line) for eye in eyes.values()):
        return Found(REFER, (), (_("视力低，晶状体透明，要查明原因。"),), (UNCLEAR,))
    if clouded:
        return Found(OBSERVE, (), (_("有白内障，现在还不用手术。"),))
    return Found(NORMAL, (), (_("没有发现白内障。"),))


def of_ears(
    ears: Mapping[str, Mapping[int, hears.Threshold]], *, age: int, flags: tuple[str, ...], wears_one: bool,
    standard: str, limits: Mapping[str, Any],
) -> Found:  # fmt: skip
    """听力筛查 by the better ear's average in whole decibels; red flags, what the otoscope showed (`flags`) and losses
    above the range go to an ear doctor first.

    Raises EarsFault while a frequency of the average is missing.
    """
    measured = {side: hears.average(ear) for side, ear in ears.items()}
    averages = {side: found for side, found in measured.items() if found is not None}
    if len(averages) < len(SIDES):
        raise hears.EarsFault(_("两耳的 0.5、1、2、4 千赫都要测。"))
    grade = hears.grade(standard, right=averages["right"], left=averages["left"])
    better = hears.whole(min(averages.values()))
    low, high = int(limits["loss_from"]), int(limits["loss_to"])
    every = flagged(flags, averages.values(), limits)

    def found(outcome: str, reason: Any, sides: tuple[str, ...] = (), refer_for: tuple[Any, ...] = ()) -> Found:
        return Found(outcome, sides, (reason,), refer_for, grade, averages)

    if every:
        return found(REFER, _("有要先看耳科的情况。"), (), every)
    if better > high:
        return found(REFER, _("听力损失太重，助听器帮助不大。"), (), (TOO_MUCH,))
    if better < low:
        is_well = hears.whole(max(averages.values())) < low and (grade is None or grade.code == "0")
        return found(NORMAL, _("听力正常。")) if is_well else found(OBSERVE, _("听力有损失，还不用戴助听器。"))
    if age < int(limits["age_from"]):
        return found(REFER, _("听力损失够标准，年龄不到这个项目的要求。"), (), (LOSS,))
    if wears_one:
        return found(OBSERVE, _("已经戴助听器，请定期复查。"))
    sides = tuple(side for side in SIDES if low <= hears.whole(averages[side]) <= high)
    return found(OPERABLE, _("听力损失在可以验配的范围。"), sides)
