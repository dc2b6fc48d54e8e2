"""The phone number as people type it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.text import clean_number


class PhoneField(forms.CharField):
    """手机号: 11 digits; spaces, dashes, full-width digits and +86 are taken as meant."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "tel", "autocomplete": "tel", "maxlength": "20"}
        super().__init__(**{"label": _("手机号"), "widget": forms.TextInput(attrs=attributes), **kwargs})

    def clean(self, value: Any) -> Any:
        number = re.sub(r"^(\+86|0086)", "", clean_number(super().clean(value)))
        if number and not re.fullmatch(r"1[3-9][0-9]{9}", number):
            raise forms.ValidationError(_("手机号是 1 开头的 11 位数字，请检查。"), code="phone")
        return number
