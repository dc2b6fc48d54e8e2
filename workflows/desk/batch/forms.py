"""What is said once for several files (成批办理): outcome, target of a return, reasons, and the common opinion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.policy.queries import policy_of
from project.forms import CleanCharField
from workflows.desk.batch.deciding import Said
from workflows.desk.forms import LONGEST, DecisionForm
from workflows.flow import road_of, step_of
from workflows.models import WorkItem

WAYS = ("forward", "return", "end")


class BatchForm(DecisionForm):
    """共同的办理意见: ways out that need nothing of one file alone; each file is judged again by its own form."""

    def __init__(self, *args: Any, items: list[WorkItem], **kwargs: Any) -> None:
        first = items[0]
        super().__init__(
            *args, step=step_of(first), case=first.case, policy=policy_of(first.case), facts={}, road=road_of(first.case),
            **kwargs,
        )  # fmt: skip
        for name in ("item", "row_version", "happened_on"):
            del self.fields[name]
        outcome = self.fields["outcome"]
        ways = [name for name, exit in self.step.exits.items() if exit.kind in WAYS]
        outcome.choices = [way for way in outcome.choices if way[0] in ways]  # type: ignore[attr-defined]
        self.fields["opinion"].label = _("共同意见")
        self.fields["opinion"].required = False

    def said(self, own: dict[int, str]) -> Said:
        """What was typed, with the opinions of single files."""
        given = self.cleaned_data
        several = len(self.exit.targets) > 1
        return Said(
            given["outcome"],
            given["codes"],
            given.get("opinion") or "",
            given.get("to_step", "") if several else "",
            own,
        )


class OwnOpinion(forms.Form):
    """单独意见: in place of the common one for one file."""

    def __init__(self, *args: Any, number: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opinion"] = CleanCharField(
            label=_("单独意见：%(number)s") % {"number": number}, required=False, max_length=LONGEST
        )
