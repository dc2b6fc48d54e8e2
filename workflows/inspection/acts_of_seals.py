"""What acts and events of seals are called for people (封存的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "seal.accept_shorter": _("认可恢复后的历史"),
    "seal.key": _("更换封存密钥"),
    "seal.witness": _("登记见证方"),
    "seal.witness_end": _("见证方退出"),
}
