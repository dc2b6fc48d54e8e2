"""What is done with incidents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access.models import User
from cases.errors import Invalid
from project.forms import Checkboxes, CleanCharField, ReliefForm, TickBox
from workflows.engine import jobs
from workflows.models import Incident
from workflows.running.queries import counties, machine_accounts
from workflows.running.rules import partners, topic_words


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


class Told(ReliefForm):
    """A form that shows what an act refused."""

    def refuse(self, fault: Invalid) -> None:
        """Show beside each field what was wrong with it."""
        for name, words in fault.fields.items():
            self.add_error(name if name in self.fields else None, words)


class LimitForm(Told):
    """限频: which other system, and how often a minute."""

    partner = forms.ChoiceField(label=_("合作方"))
    per_minute = forms.IntegerField(
        label=_("每分钟最多几次"), required=False, min_value=1, max_value=600, help_text=_("不填就不限。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = partners().items()  # type: ignore[attr-defined]


class MachineForm(Told):
    """建机器账号."""

    username = CleanCharField(
        label=_("登录名"), max_length=40, help_text=_("没有密码，不能登录网页。再由安全管理员任命、发钥匙。")
    )


class KeyForm(Told):
    """发钥匙."""

    account = forms.ModelChoiceField(label=_("机器账号"), queryset=User.objects.none(), empty_label=_("请选择"))
    topics = forms.MultipleChoiceField(label=_("可以领取的工作"), widget=Checkboxes)
    area = forms.ChoiceField(label=_("只在这个地区"), help_text=_("机器账号的任职要在这个地区。"))
    days = forms.IntegerField(label=_("几天有效"), min_value=1, max_value=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = machine_accounts()  # type: ignore[attr-defined]
        self.fields["account"].label_from_instance = lambda user: user.username  # type: ignore[attr-defined]
        self.fields["topics"].choices = [(topic, topic_words(topic)) for topic in jobs.pulled]  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", _("请选择")), *counties()]  # type: ignore[attr-defined]


class EndForm(Told):
    """收回钥匙."""

    key = forms.IntegerField(min_value=1, max_value=2**63 - 1)


WAYS: dict[str, type[Told]] = {"machine": MachineForm, "key": KeyForm, "end": EndForm}
