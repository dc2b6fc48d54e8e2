"""The review's own part of a decision form (核定): what was found instead of what was claimed, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import ZONE
from cases.evidence.models import VisitFact
from cases.programme import Question, programme
from cases.text import with_aside
from project.forms import CleanCharField, DateField, MoneyField
from workflows.desk.forms import NO_TIME, DecisionForm

FEW = 30
COUNTS_MONEY = ("award", "insurance")
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
            if question.key in differing or (self.step.form in COUNTS_MONEY and question.kind == "money"):
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
            (self.fields[f"fix_{change['key']}"].label, with_aside(change["value"], change["reason"]))
            for change in self.changes()
        ]


class CountyForm(ReviewForm):
    """县级初审: when a relative filed for the patient, the reviewer phones the patient himself before he agrees."""

    answered_by = CleanCharField(label=_("电话核对：接电话的人"), max_length=40, required=False)
    called_on = DateField(label=_("通话日期"), not_after=clock.today, required=False)
    called_at = forms.TimeField(
        label=_("通话时间"), required=False, error_messages={"invalid": NO_TIME}, help_text=NO_TIME
    )

    CALL = ("answered_by", "called_on", "called_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.case.agent_is_relative:
            self.fields["answered_by"].help_text = _("代办人是患者亲属。同意以前，请打登记的电话和患者本人核对。")
        else:
            for name in self.CALL:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self._calls(cleaned):
            return cleaned
        for name in self.CALL:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("代办人是患者亲属，先电话核对再同意"))
        if not self.errors and _moment(cleaned) > clock.now():
            self.add_error("called_at", _("通话时间不能晚于现在"))
        return cleaned

    def _calls(self, given: Mapping[str, Any]) -> bool:
        return bool(self.case.agent_is_relative and given.get("outcome") == "agree")

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self._calls(given):
            return super().details()
        call = {"answered_by": given["answered_by"], "at": _moment(given).strftime("%Y-%m-%dT%H:%M")}
        return super().details() | {"patient_call": call}

    def detail_words(self) -> list[tuple[Any, Any]]:
        call = self.details().get("patient_call")
        return [*([(_("电话核对"), f"{call['answered_by']} {call['at']}")] if call else []), *super().detail_words()]


def _moment(given: Mapping[str, Any]) -> datetime:
    return datetime.combine(given["called_on"], given["called_at"], ZONE)


def _field(question: Question, label: Any) -> forms.Field | None:
    """A field for what can be corrected at a desk; places and dates go back to the applicant instead."""
    if question.kind == "money":
        return MoneyField(label=label, required=False)
    if question.kind == "choice" and len(question.choices) <= FEW:
        return forms.ChoiceField(label=label, required=False, choices=[("", _("不改")), *question.choices])
    if question.kind in PLAIN:
        return CleanCharField(label=label, required=False, max_length=200)
    return None
