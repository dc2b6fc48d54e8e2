"""What is done with incidents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from project.forms import TickBox
from workflows.models import Incident


class SettleForm(forms.Form):
    """What is done with which incidents of a page."""

    WAYS = [("take", _("我来处理")), ("retry", _("重试")), ("skip", _("跳过"))]

    incidents = forms.TypedMultipleChoiceField(coerce=int, label=_("故障"), required=False)
    whole = forms.BooleanField(
        label=_("这一组全部，不只这一页上选中的（一次最多 500 件）"), required=False, widget=TickBox
    )
    way = forms.ChoiceField(choices=WAYS)
    reason = forms.CharField(
        label=_("跳过的原因"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("只有跳过才要写。写清楚为什么这件事可以不做，会留痕。"),
    )  # fmt: skip

    def __init__(self, *args: Any, among: list[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incidents"].choices = [(row.pk, row.pk) for row in among]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something must be chosen."""
        given = super().clean() or {}
        if not given.get("incidents") and not given.get("whole"):
            self.add_error("incidents", _("请至少选一件故障。"))
        return given
