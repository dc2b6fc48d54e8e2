"""Is a permit good today, and may a part be treated on that day: pure (domain.md 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError


def check_uscc(text: str) -> str:
    """统一社会信用代码: the cleaned 18 characters (GB 32100), or "" when its check character is wrong."""
    code = re.sub(r"[\s-]", "", str(text)).upper()
    try:
        return str(uscc.validate(code))
    except ValidationError:
        return ""


@dataclass(frozen=True, slots=True)
class Standing:
    """通知单现状: what decides whether a permit may be used on a day."""

    state: str
    not_before: date | None
    valid_until: date | None
    provider_open: bool


INVALID: dict[str, Any] = {
    "proposed": _("还没有发出通知，不能实施。"),
    "used": _("已经用过，不能再用。"),
    "unsuitable": _("检查后不适合，已停用。"),
    "refused": _("本人不做，已停用。"),
    "lapsed": _("已过期，名额已收回。"),
    "cancelled": _("已取消。"),
    "early": _("还没到最早实施日。"),
    "late": _("有效期已过。"),
    "provider": _("机构已暂停或协议不在有效期内。"),
}
"""Why a permit is not good, each in one sentence."""


def why_not(one: Standing, *, on: date) -> str:
    """The code of INVALID that stands against using the permit that day, or "" when it is good."""
    if one.state != "issued":
        return one.state
    if one.not_before is not None and on < one.not_before:
        return "early"
    if one.valid_until is None or on > one.valid_until:
        return "late"
    return "" if one.provider_open else "provider"
