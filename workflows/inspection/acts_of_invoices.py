"""What acts and events of invoices are called for people (票据的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "draft.state_invoice": _("填一张票据"),
    "draft.take_back_invoice": _("删掉填的票据"),
    "invoice.entered": _("录入票据"),
    "invoice.released": _("票据释放"),
    "invoice.stated": _("填一张票据"),
    "invoice.taken_again": _("重新占用票据"),
    "task.enter_invoice": _("录入票据"),
    "task.take_out_invoice": _("取出录错的票据"),
}
