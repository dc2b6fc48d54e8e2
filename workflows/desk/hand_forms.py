"""What is asked of who takes, keeps or gives back a step (领取、释放、接手、搁置、优先、回避), and how a queue is narrowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from project.forms import CleanCharField, DateField


class QueueFilter(forms.Form):
    """筛选: the filters of a queue; an address with them can be kept as a link."""

    number = CleanCharField(label=_("案卷编号"), required=False, max_length=24)
    programme = forms.ChoiceField(label=_("项目"), required=False)
    step = forms.ChoiceField(label=_("事项"), required=False)
    place = CleanCharField(label=_("地区代码"), required=False, max_length=12)
    entrusted = forms.ChoiceField(
        label=_("委托代审"), required=False, choices=[("", _("全部")), ("1", _("只看委托代审"))]
    )

    def __init__(
        self,
        *args: Any,
        steps: Iterable[tuple[str, Any]] = (),
        programmes: Iterable[tuple[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [("", _("全部")), *steps]  # type: ignore[attr-defined]
        self.fields["programme"].choices = [("", _("全部")), *programmes]  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """释放: back to the pool, with a reason."""

    reason = CleanCharField(label=_("为什么释放"), max_length=200, error_messages={"required": _("请写明原因")})


class TakeOverForm(forms.Form):
    """接手: from a colleague, with a reason that he is shown."""

    reason = CleanCharField(label=_("为什么接手"), max_length=200, error_messages={"required": _("请写明为什么接手")})


class PutOffForm(forms.Form):
    """搁置: until when, and why."""

    until = DateField(label=_("哪天再看"), error_messages={"required": _("请填日期")})
    put_off_reason = CleanCharField(label=_("为什么搁置"), max_length=200, error_messages={"required": _("请写明原因")})


class PriorityForm(forms.Form):
    """改优先: by how many days a case comes sooner, with a reason."""

    days = forms.IntegerField(
        label=_("排队提前几天"), min_value=0, widget=forms.NumberInput({"class": "w-4"}),
        error_messages={"required": _("请填天数"), "invalid": _("请填天数")}, help_text=_("填 0 就是不优先。"),
    )  # fmt: skip
    priority_reason = CleanCharField(
        label=_("为什么优先"), max_length=200, error_messages={"required": _("请写明原因")}
    )


class RecuseForm(forms.Form):
    """申请回避: out of this case, with a reason."""

    reason = CleanCharField(label=_("为什么回避"), max_length=200, error_messages={"required": _("请写明为什么回避")})
