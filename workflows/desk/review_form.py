"""The review's own part of a decision form (核定): what was found instead of what was claimed, each with its reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.evidence.models import VisitFact
from cases.programme import Question, programme
from project.forms import CleanCharField, MoneyField
from workflows.desk.forms import DecisionForm

FEW = 30
PLAIN = ("number", "text", "name", "phone")


class ReviewForm(DecisionForm):
    """县市省审核: beside the opinion, facts that the visit found different may be set right; amounts always may."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corrected: dict[str, str] = {}
        differing = set(
            VisitFact.objects.filter(visit__case=self.case, finding="differs").values_list("key", flat=True)
        )
        for question in programme(self.case.programme).asked(self.facts):
            if question.key in differing or (self.step.form == "award" and question.kind == "money"):
                self._offer(question)

    def _offer(self, question: Question) -> None:
        label = _("核定：%(what)s") % {"what": question.label}
        field = _field(question, label)
        if field is None or question.key not in self.facts:
            return
        name = f"fix_{question.key}"
        self.corrected[name] = question.key
        self.fields[name] = field
        self.fields[f"why_{question.key}"] = CleanCharField(
            label=_("依据：%(what)s") % {"what": question.label}, required=False, max_length=200
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, key in self.corrected.items():
            if cleaned.get(name) not in (None, "") and not cleaned.get(f"why_{key}"):
                self.add_error(f"why_{key}", _("改了的，请写明核实的依据"))
        return cleaned

    def changes(self) -> list[dict[str, str]]:
        """The facts set right, with their reasons."""
        given = self.cleaned_data
        return [
            {"key": key, "value": str(given[name]), "reason": given.get(f"why_{key}", "")}
            for name, key in self.corrected.items()
            if given.get(name) not in (None, "")
        ]

    def details(self) -> dict[str, Any]:
        changes = self.changes() if self.exit.kind == "forward" else []
        return {"verified": changes} if changes else {}

    def detail_words(self) -> list[tuple[Any, Any]]:
        return [
            (self.fields[f"fix_{change['key']}"].label, f"{change['value']}（{change['reason']}）")
            for change in self.changes()
        ]


def _field(question: Question, label: Any) -> forms.Field | None:
    """A field for what can be corrected at a desk; places and dates go back to the applicant instead."""
    if question.kind == "money":
        return MoneyField(label=label, required=False)
    if question.kind == "choice" and len(question.choices) <= FEW:
        return forms.ChoiceField(label=label, required=False, choices=[("", _("不改")), *question.choices])
    if question.kind in PLAIN:
        return CleanCharField(label=label, required=False, max_length=200)
    return None
