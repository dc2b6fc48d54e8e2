"""Which eyes a case is about: pure (domain.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.parts import EYES, LEFT_EYE, RIGHT_EYE

ASKED = {RIGHT_EYE: "eye_right_va", LEFT_EYE: "eye_left_va"}


def wanted(answers: Mapping[str, Any]) -> list[str]:
    """要做的眼: the eye that comes first, then the other one where both are wanted."""
    first = str(answers.get("wanted_eye") or "")
    others = [eye for eye in EYES if eye != first] if answers.get("both_eyes") is True else []
    return [eye for eye in (first, *others) if eye in EYES]
