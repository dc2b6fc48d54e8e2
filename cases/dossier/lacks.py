"""What an application still lacks before it may be submitted (还差什么). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.dossier.rules import Fault, ask_for, birth_date, clean_answer
from cases.people import rules as people
from cases.programme import Programme


@dataclass(frozen=True, slots=True)
class Lack:
    """还差的一项: where it is (section and key) and the sentence that names it."""

    section: str
    key: str
    sentence: Any


def unanswered(programme: Programme, facts: Mapping[str, Any], *, derived: Collection[str] = ()) -> list[Lack]:
    """The questions these answers call for and that have no answer yet; conditions are decided anew (F2).

    What was only derived does not answer a question that is asked now.
    """
    asked = {question.key for question in programme.asked(facts)}
    return [
        Lack(section.key, question.key, ask_for(question))
        for section in programme.sections
        for question in section.questions
        if question.key in asked and question.required and (facts.get(question.key) is None or question.key in derived)
    ]


def broken(programme: Programme, facts: Mapping[str, Any], *, today: date) -> list[Lack]:
    """Answers that no longer fit the others (a total changed later, a date that is now too early)."""
    out = []
    asked = {question.key for question in programme.asked(facts)}
    for section in programme.sections:
        for question in section.questions:
            value = facts.get(question.key)
            if question.key not in asked or value is None:
                continue
            try:
                clean_answer(question, value, facts, today=today)
            except Fault as fault:
                out.append(Lack(section.key, question.key, fault.sentence))
    return out


def wrong_applicant(facts: Mapping[str, Any], *, today: date) -> list[Lack]:
    """A minor (未成年人) does not apply alone: a guardian or a helper does."""
    born = birth_date(facts, today=today)
    if facts.get("applicant_kind") == "self" and born is not None and people.is_minor(born, today):
        return [Lack("who", "applicant_kind", _("患者未满 18 周岁，请由家属或监护人申请。"))]
    return []
