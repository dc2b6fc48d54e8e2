"""How long something waits, in words."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def how_long(age: timedelta) -> str:
    """多久: in the largest unit that fits."""
    seconds = int(age.total_seconds())
    if seconds < 60:
        return _("%(n)s 秒") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)s 分钟") % {"n": seconds // 60}
    if seconds < 86400:
        return _("%(n)s 小时") % {"n": seconds // 3600}
    return _("%(n)s 天") % {"n": seconds // 86400}
