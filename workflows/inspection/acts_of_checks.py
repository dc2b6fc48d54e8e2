"""What events of the standing checks are called for people (常设核查的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "incident.gone": _("故障不再需要处理"),
    "incident.opened": _("记下故障"),
    "check.mark": _("标注核查命中"),
    "check.night": _("开始夜间核查"),
    "check.run": _("立即核查"),
    "check.set": _("改核查口径"),
    "check.swept": _("核查了一段"),
}
