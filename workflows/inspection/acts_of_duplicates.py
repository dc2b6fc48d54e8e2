"""What acts and events about duplicates are called for people (查重的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "past_grants.import": _("导入既往救助"),
    "past_grants.imported": _("导入既往救助"),
    "hit.found": _("查重命中"),
    "hit.decide": _("处理查重命中"),
    "hit.decided": _("处理查重命中"),
    "lists.compare": _("比对其他机构名单"),
    "lists.compared": _("比对其他机构名单"),
}
