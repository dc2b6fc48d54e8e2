"""What is typed in this room: why a hit is a false alarm, and the numbers of a check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from project.forms import Radios, ReliefForm
from workflows.inspection.checks.check import Check
from workflows.inspection.checks.models import FALSE, OPEN, CheckHit, CheckMark


def _reason(label: Any, words: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea({"rows": 3}), max_length=1000, help_text=words)


class MarkForm(ReliefForm):
    """误报, or back again; `fingerprint` is the evidence that the inspector saw."""

    verdict = forms.ChoiceField(label=_("结论"), widget=Radios)
    reason = _reason(_("理由"), _("写明看了什么、为什么不是问题，至少 10 个字。不要写证件号码。"))
    fingerprint = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, hit: CheckHit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = OPEN if hit.state == FALSE else FALSE
        self.fields["verdict"].choices = [pair for pair in CheckMark.VERDICTS if pair[0] == other]  # type: ignore[attr-defined]
        self.initial = {"verdict": other, "fingerprint": hit.fingerprint}


class NumbersForm(ReliefForm):
    """改口径: one box a number, and why."""

    def __init__(self, check: Check, present: dict[str, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, number in check.numbers.items():
            self.fields[name] = forms.IntegerField(
                label=number.label, initial=present[name], min_value=number.least, max_value=number.most,
                help_text=format_lazy(_("{least} 到 {most}，出厂为 {default}"), least=number.least, most=number.most, default=number.default),
            )  # fmt: skip
        self.fields["reason"] = _reason(_("理由"), _("写明为什么改，至少 10 个字。"))

    def values(self) -> dict[str, int]:
        """The numbers that were typed."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}
