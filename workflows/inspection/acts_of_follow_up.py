"""What events of the follow-up are called for people (回访的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "follow_up.drawn": _("回访抽签"),
    "follow_up.tried": _("登记回访"),
}
