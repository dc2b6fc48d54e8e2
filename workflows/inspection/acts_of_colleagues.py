"""What acts and events between colleagues are called for people: notes and errands (便签、交办的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "errand.answer": _("答复交办"),
    "errand.answered": _("答复交办"),
    "errand.ask": _("交办"),
    "errand.asked": _("交办"),
    "errand.cancel": _("取消交办"),
    "errand.cancelled": _("取消交办"),
    "errand.dropped": _("案卷离开这一步，交办不用再办"),
    "errand.escalate": _("交办超期上报"),
    "errand.escalated": _("交办超期上报"),
    "errand.send_back": _("退回交办"),
    "errand.sent_back": _("退回交办"),
    "note.redact": _("撤除便签内容"),
    "note.redacted": _("撤除便签内容"),
    "note.seen": _("看过便签提醒"),
    "note.write": _("写内部便签"),
    "note.written": _("写内部便签"),
}
