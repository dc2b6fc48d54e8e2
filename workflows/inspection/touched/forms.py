"""What one asks of the pages of what was touched."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from project.forms import CleanCharField
from workflows.desk.forms import in_my_language


class TouchedForm(forms.Form):
    """碰过什么: one of the three."""

    person = CleanCharField(label=_("登录名"), required=False, max_length=150)
    office = forms.ChoiceField(label=_("机构"), required=False)
    device = CleanCharField(label=_("设备序列号"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = [(str(one.pk), in_my_language(one.name, one.name_en)) for one in Office.objects.order_by("pk")]
        self.fields["office"].choices = [("", _("全部")), *offices]  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """收款账号碰过什么: the number stands in no address."""

    account = CleanCharField(label=_("收款账号"), max_length=40, error_messages={"required": _("请填收款账号")})
    purpose = CleanCharField(
        label=_("查找用途（会留痕）"),
        min_length=2,
        max_length=60,
        error_messages={"required": _("请写明查找的用途")},
    )
