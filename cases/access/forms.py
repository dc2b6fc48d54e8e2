"""Asking for a code by text message."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from django import forms

from cases.access.actions import open_account
from cases.access.sms import SmsUnavailable, must_be_available


class PhoneCodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    """发验证码: the first code to a new number opens an applicant's account, which nobody can use without that code."""

    def clean_phone(self) -> str:
        try:
            must_be_available()
        except SmsUnavailable as fault:
            raise forms.ValidationError(fault.reason) from fault
        phone: str = super().clean_phone()
        if not getattr(self, "_user", None):
            self._user: Any = open_account(phone=phone, by=None)
        return phone
