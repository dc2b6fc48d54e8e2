"""How an errand ends, as page and API say it: one word for each act (答复、退回、取消)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflows.desk.errands.actions import answer, cancel, send_back
from workflows.desk.errands.models import Errand


def end(errand: Errand, *, how: str, words: str, attached: Sequence[Any] = (), by: Any) -> Errand:
    """`how` is answer, send_back or cancel; files go with an answer alone."""
    if how == "answer":
        return answer(errand=errand, words=words, attached=attached, by=by)
    act = send_back if how == "send_back" else cancel
    return act(errand=errand, reason=words, by=by)
