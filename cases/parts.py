"""The parts of a body that aid is given for, one by one: two eyes and two ears (按眼、按耳)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR = "right_eye", "left_eye", "right_ear", "left_ear"

PARTS: dict[str, Any] = {
    RIGHT_EYE: _("右眼"),
    LEFT_EYE: _("左眼"),
    RIGHT_EAR: _("右耳"),
    LEFT_EAR: _("左耳"),
}
EYES = (RIGHT_EYE, LEFT_EYE)
EARS = (RIGHT_EAR, LEFT_EAR)


def part_name(code: str) -> Any:
    """The part as people call it; an unknown code is KeyError."""
    return PARTS[code]
