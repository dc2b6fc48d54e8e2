"""What is done with incidents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.models import Incident


class SettleForm(forms.Form):
    """What is done with which incidents of a page."""

    WAYS = [("take", _("我来处理")), ("retry", _("重试")), ("skip", _("跳过"))]

    incidents = forms.TypedMultipleChoiceField(
        coerce=int, label=_("故障"), error_messages={"required": _("请至少选一件故障。")}
    )
    way = forms.ChoiceField(choices=WAYS)
    reason = forms.CharField(
        label=_("跳过的原因"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("只有跳过才要写。写清楚为什么这件事可以不做，会留痕。"),
    )  # fmt: skip

    def __init__(self, *args: Any, among: list[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incidents"].choices = [(row.pk, row.pk) for row in among]  # type: ignore[attr-defined]
