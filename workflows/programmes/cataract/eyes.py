"""Which eyes a case is about, and why it may not be accepted: pure (domain.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.parts import EYES, LEFT_EYE, PARTS, RIGHT_EYE
from cases.people.rules import age, check_id
from cases.policy.rules import Policy
from cases.screening.sight import read

ASKED = {RIGHT_EYE: "eye_right_va", LEFT_EYE: "eye_left_va"}


def wanted(answers: Mapping[str, Any]) -> list[str]:
    """要做的眼: the eye that comes first, then the other one where both are wanted."""
    first = str(answers.get("wanted_eye") or "")
    others = [eye for eye in EYES if eye != first] if answers.get("both_eyes") is True else []
    return [eye for eye in (first, *others) if eye in EYES]


def against(answers: Mapping[str, Any], policy: Policy, *, on: date) -> list[Any]:
    """不符合条件: why it cannot be accepted, a sentence each: age, sight of the eye, an eye that was aided before."""
    found: list[Any] = []
    born = check_id(str(answers.get("patient_id_no") or ""), today=on).birth_date
    least = policy.count("age_from")
    if born is not None and age(born, on) < least:
        found.append(_("患者不满 %(age)s 周岁。") % {"age": least})
    line = policy.threshold("vision_at_most")
    for eye in wanted(answers):
        seen = read(str(answers.get(ASKED[eye]) or ""))
        if not seen.is_at_most(line) and answers.get("doctor_says_needed") is not True:
            found.append(_("%(eye)s视力好于 %(line)s，医生也没有写明要做。") % {"eye": PARTS[eye], "line": line})
        if seen.is_blind:
            found.append(_("%(eye)s没有光感，手术不能恢复视力。") % {"eye": PARTS[eye]})
        if answers.get("aided_eyes") in (eye, "both"):
            found.append(_("%(eye)s已经得到过别的救助。") % {"eye": PARTS[eye]})
    return found
