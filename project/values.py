"""Values as pages write them: amounts in yuan, days and moments."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import text


def money(amount: Decimal | None, capitals: bool = False) -> str:
    """金额: 30,000.00 元, with `capitals` also 叁万元整 (in Chinese only)."""
    if amount is None:
        return "—"
    words = _("%(amount)s 元") % {"amount": text.money(Decimal(amount))}
    in_chinese = (get_language() or "").startswith("zh")
    return text.with_aside(words, text.capitals(Decimal(amount))) if capitals and in_chinese else words


def day_words(day: date) -> str:
    """2026 年 12 月 1 日, in English 1 December 2026."""
    if (get_language() or "").startswith("zh"):
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return date_format(day, "j F Y", use_l10n=False)


def moment_words(moment: datetime) -> str:
    """2026 年 12 月 1 日 09:30, in English 1 December 2026 09:30, in local time."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{day_words(local)} {local:%H:%M}"


def date_zh(value: date | datetime | None, time: bool = False) -> SafeString:
    """日期: 年月日 in words; `time=True` adds the hour of a datetime, in local time."""
    if value is None:
        return format_html("{}", "—")
    moment = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    words = moment_words(moment) if time and isinstance(moment, datetime) else day_words(moment)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)
