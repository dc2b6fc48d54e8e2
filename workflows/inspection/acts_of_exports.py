"""What events of exports are called for people (导出的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "log.export": _("导出日志"),
    "log.exported": _("导出日志"),
    "log.ask_name": _("请求还原化名"),
    "log.name_asked": _("请求还原化名"),
    "log.confirm_name": _("同意还原化名"),
    "log.name_confirmed": _("同意还原化名"),
}
