"""Which consents there are, which of them an application cannot do without, and when one may be withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.states import STATES

PROCESSING, ECONOMIC, PUBLICITY = "processing", "economic", "publicity"
KINDS = (PROCESSING, ECONOMIC, PUBLICITY)

NEEDED = (PROCESSING, ECONOMIC)
"""Without these two nothing can be decided; refusing publicity only changes how the person is listed (domain.md 13)."""

DECIDED = frozenset(
    code for code, state in STATES.items() if state.road == 5 or (not state.is_open and code != "DRAFT")
)
"""States after the decision: what was lawfully done cannot be undone by withdrawing."""

WITHOUT: Mapping[str, Any] = {
    PROCESSING: _("不同意处理信息，我们没法办这件申请。可以先打电话问清楚。"),
    ECONOMIC: _("不同意核对，就没法认定家庭困难。可以先打电话问清楚。"),
}


def unanswered(answers: Mapping[str, bool | None]) -> list[str]:
    """The consents that were left open: none is ticked beforehand, so each needs a yes or a no."""
    return [kind for kind in KINDS if answers.get(kind) is None]


def lacking(answers: Mapping[str, bool | None]) -> list[str]:
    """The consents that an application cannot do without and that were not given."""
    return [kind for kind in NEEDED if not answers.get(kind)]


def may_withdraw(kind: str, state: str) -> Any:
    """Why the consent cannot be withdrawn in this state, as a sentence; nothing when it can."""
    if kind in NEEDED and state in DECIDED:
        return _("这件已经有了决定，现在不能撤回。想删除信息，请打电话。")
    return ""
