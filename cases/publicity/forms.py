"""Forms of the public notice: objecting without sign-in, publishing, looking into an objection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy
from cases.publicity.models import PublicEntry
from cases.publicity.rules import LONGEST_OBJECTION
from project.forms import Checkboxes, CleanCharField, Radios, ReliefForm


class ObjectionForm(ReliefForm):
    """提出异议: about which line, what is wrong, and, if one likes, who says it."""

    entry = forms.ChoiceField(label=_("哪一个人"), widget=Radios())
    text = forms.CharField(
        label=_("哪里不对"),
        help_text=_("写清楚您知道的情况，最多 2000 个字。"),
        max_length=LONGEST_OBJECTION,
        widget=forms.Textarea({"rows": 6}),
    )
    name = CleanCharField(
        label=_("您的姓名"),
        help_text=_("不写姓名也可以。写了姓名，我们会答复您。"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"class": "w-10", "autocomplete": "name"}),
    )
    phone = CleanCharField(
        label=_("您的手机号"),
        max_length=20,
        squeeze=True,
        required=False,
        widget=forms.TextInput({"class": "w-10", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, entries: list[PublicEntry], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"].choices = [  # type: ignore[attr-defined]
            (str(entry.position), f"{entry.position}. {entry.shown_name} {entry.case_tail}") for entry in entries
        ]


class TakeDownForm(ReliefForm):
    """撤下名单: why."""

    reason = forms.CharField(label=_("为什么撤下"), max_length=200, widget=forms.Textarea({"rows": 3}))


class ExtensionForm(ReliefForm):
    """延长核查: why it takes longer."""

    reason = forms.CharField(
        label=_("为什么要延长"),
        help_text=_("只能延长一次，原因留在案卷里。"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )


class FindingForm(ReliefForm):
    """异议结论: upheld or not, the finding for the file, and the answer that the objector reads."""

    upheld = forms.ChoiceField(
        label=_("核查结论"),
        choices=[("no", _("异议不成立，接着办")), ("yes", _("异议成立，不予救助"))],
        widget=Radios(),
    )
    finding = forms.CharField(
        label=_("查到的情况"),
        help_text=_("写清楚向谁了解、查到什么，留在案卷里。"),
        max_length=2000,
        widget=forms.Textarea({"rows": 6}),
    )
    answer = forms.CharField(
        label=_("给异议人的答复"),
        help_text=_("异议人凭编号可以看到。不要写别人的病情和证件。"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    reasons = forms.MultipleChoiceField(
        label=_("不予救助的原因"), help_text=_("异议成立的，至少选一个。"), widget=Checkboxes(), required=False
    )

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = (get_language() or "").startswith("en")
        self.fields["reasons"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name_en if english else one.name_zh) for one in policy.reasons("reject")
        ]
