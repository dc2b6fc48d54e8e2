"""What a password of an office account may not be, beyond Django's own rules."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_SIGNS = 5


class NotGuessed:
    """口令强度: not the sign-in name with something round it, and not the same few signs again and again."""

    def validate(self, password: str, user: Any = None) -> None:
        name = str(getattr(user, "username", "") or "").lower()
        if len(name) >= 3 and name in password.lower():
            raise ValidationError(_("密码里不能有登录名。"), code="password_holds_name")
        if len(set(password)) < LEAST_SIGNS:
            raise ValidationError(_("密码里重复的字符太多。"), code="password_few_signs")

    def get_help_text(self) -> str:
        return _("密码里不能有登录名，也不能总是重复几个字符。")
