"""What is typed in this room: why something is suspended and until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from project.forms import CleanCharField, DateField, ReliefForm
from workflows.operations.roads import places


class SuspendForm(ReliefForm):
    """停办 one case."""

    reason = CleanCharField(
        label=_("停办原因"),
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        help_text=_("同事会看到，至少 10 个字。"),
    )
    until = DateField(label=_("停办到哪一天"), required=False, help_text=_("不填就一直停办，到有人恢复。"))

    def refuse(self, fault: Invalid) -> None:
        """Show beside each field what was wrong with it."""
        for name, words in fault.fields.items():
            self.add_error(name if name in self.fields else None, words)


class SuspendRoadForm(SuspendForm):
    """停办 a step or a version of a road."""

    where = forms.ChoiceField(label=_("停办哪里"))
    field_order = ["where", "reason", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = places()  # type: ignore[attr-defined]

    def scope(self) -> tuple[str, str]:
        """The road and the step that were chosen; no step is the whole version."""
        flow, _colon, step = str(self.cleaned_data["where"]).partition(":")
        return flow, step
