"""What acts and events of hospitals and fitting centres are called for people (定点机构的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "permit.cancel": _("取消通知单"),
    "permit.cancelled": _("取消通知单"),
    "permit.issue": _("发出通知单"),
    "permit.issued": _("发出通知单"),
    "permit.propose": _("占用名额"),
    "permit.proposed": _("占用名额"),
    "provider.account": _("登记机构账户"),
    "provider.account_given": _("登记机构账户"),
    "provider.account_confirmed": _("核对机构账户"),
    "provider.confirm_account": _("核对机构账户"),
    "provider.price": _("设价目"),
    "provider.priced": _("设价目"),
    "provider.register": _("登记定点机构"),
    "provider.registered": _("登记定点机构"),
}
