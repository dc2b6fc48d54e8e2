"""The field in which a fact is set right (更正), by the kind of its question; what is acceptable is decided by the act."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.apply.forms import FEW, QuestionForm
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.dossier.rules import ask_for
from cases.programme import Question
from cases.regions.models import Division

COUNTY = 6


def field_of(question: Question, case: Case) -> forms.Field:
    """The field of a question as the applicant has it; a long list and the places are chosen from, not searched."""
    if question.kind == "division":
        field: forms.Field = forms.ChoiceField(
            choices=[("", "—"), *_places(str(answers(case).get(question.key) or ""))]
        )
    elif question.kind == "choice" and len(question.choices) > FEW:
        field = forms.ChoiceField(choices=[("", "—"), *question.choices])
    else:
        field = QuestionForm(question).fields["value"]
    field.label = format_lazy(_("“{fact}”更正为"), fact=question.label)
    field.help_text, field.required = question.hint, True
    field.error_messages["required"] = ask_for(question)
    if isinstance(field, forms.ChoiceField):
        field.error_messages["invalid_choice"] = _("请从列出的里面选一个。")
    return field


def _places(now: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The towns of each county, and in the county where the answer is now their villages too."""
    english = (get_language() or "").startswith("en")
    rows = Division.objects.filter(level__in=["county", "town"])
    rows |= Division.objects.filter(level="village", code__startswith=now[:COUNTY] or "-")
    found: dict[str, list[tuple[str, str]]] = {}
    counties, town = {}, ""
    for row in rows.order_by("code"):
        name = row.name_en if english and row.name_en else row.name
        if row.level == "county":
            counties[row.code] = name
            continue
        town = name if row.level == "town" else town
        words = name if row.level == "town" else f"{town} · {name}"
        found.setdefault(row.code[:COUNTY], []).append((row.code, words))
    return [(counties.get(code, code), places) for code, places in found.items()]
