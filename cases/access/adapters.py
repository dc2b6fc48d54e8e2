"""How people sign in: applicants and village workers by phone and code, office staff by name, password and second factor.

What allauth asks of a site, answered once; the two ways never cross (staff have no phone code, applicants no password).
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from cases.access.fields import PhoneField
from cases.access.models import User
from cases.access.queries import user_by_phone
from cases.access.sms import send_sms
from cases.errors import Invalid, Refusal
from cases.history.record import record
from cases.sealed import seal, unseal
from project.context import work_of

TOTP_COLUMN = "mfa_authenticator.data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """登录: nobody signs up for an office account; an applicant's account opens with his first code."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        place = work_of(request)
        if not place and request.user.is_office:  # type: ignore[union-attr]
            messages.info(request, _("您还没有任职。请找安全管理员任职，再来办理。"))
        return place or resolve_url(settings.LOGIN_REDIRECT_URL)

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        user = getattr(self.request, "user", None)
        if user is not None and user.is_authenticated and user.is_office:
            raise forms.ValidationError(_("工作人员用密码登录，不能用手机验证码。"))
        return phone

    def get_user_by_phone(self, phone: str) -> User | None:
        return user_by_phone(phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (str(user.phone), user.phone_verified) if user.phone and not user.is_office else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        if user.is_office:
            raise Refusal(_("工作人员用密码登录，不能用手机验证码。"), code="other_way_in")
        user.phone, user.phone_verified = phone, verified
        try:
            with transaction.atomic():
                user.save(update_fields=["phone", "phone_key", "phone_verified"])
                record("phone.set", about=("account", user.pk), object=user, by=user)
        except IntegrityError:  # somebody else took the number since the code was sent
            raise Invalid(_("这个手机号已有账号。"), fields={"phone": _("请核对手机号。")}) from None

    def set_password(self, user: User, password: str) -> None:
        if not user.is_office:
            raise Refusal(_("您用手机验证码登录，不用密码。"), code="other_way_in")
        with transaction.atomic():
            super().set_password(user, password)
            record("password.set", about=("account", user.pk), object=user, by=user)

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def generate_phone_verification_code(self, *, user: Any, phone: str) -> str:
        return f"{secrets.randbelow(1_000_000):06d}"

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        by_call = self.request is not None and self.request.POST.get("way") == "call"
        said = " ".join(code) if by_call else code  # a voice reads six digits one by one
        text = _("验证码 %(code)s，10 分钟内有效。工作人员不会向您索要验证码。") % {"code": said}
        send_sms(phone, str(text), by_call=by_call)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """两步验证: the seed of an authenticator app is sealed like any other sensitive column."""

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return seal(text, TOTP_COLUMN)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, TOTP_COLUMN)
