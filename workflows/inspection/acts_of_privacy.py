"""What the acts and events about consents and personal data are called for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "notice.not_sent": _("通知没有发成"),
    "notice.withheld": _("没有发出：个人信息已删除或封存"),
    "consent.given": _("同意书"),
    "consent.withdrawn": _("撤回同意"),
    "key.destroyed": _("销毁数据密钥"),
    "key.restricted": _("限制处理"),
    "privacy.answer": _("答复个人信息请求"),
    "privacy.answered": _("答复个人信息请求"),
    "privacy.ask": _("提出个人信息请求"),
    "privacy.asked": _("提出个人信息请求"),
    "privacy.erase": _("删除个人信息"),
    "privacy.erased": _("删除个人信息"),
    "privacy.held": _("案卷保全"),
    "privacy.hold": _("案卷保全"),
    "privacy.propose": _("提请删除个人信息"),
    "privacy.proposed": _("提请删除个人信息"),
    "privacy.read": _("查阅封存的案卷"),
    "privacy.release": _("解除保全"),
    "privacy.released": _("解除保全"),
    "privacy.restricted": _("封存，限制处理"),
}
