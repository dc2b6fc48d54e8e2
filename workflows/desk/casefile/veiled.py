"""The case behind a veil (遮盖后的案卷): the few facts and redacted copies that a medical expert judges by, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.calendar import clock
from cases.dossier.queries import answer_rows
from cases.evidence.queries import redacted_files
from cases.people.rules import Sex, age, check_id
from cases.programme import Question
from workflows.desk.casefile.queries import File
from workflows.desk.casefile.tabs import display
from workflows.models import Decision

SEXES = {Sex.MALE: gettext_lazy("男"), Sex.FEMALE: gettext_lazy("女")}


@dataclass(frozen=True)
class Seen:
    """One fact that may be seen through the veil."""

    label: Any
    value: str


def veiled(found: File) -> dict[str, Any]:
    """遮盖后的案卷: the programme's allow-list of facts, age and sex, the redacted copies, and what is asked.

    Facts and question are personal even so: that they are looked at is stored first.
    """
    found.look(*found.programme.veil, "age", "sex", "redacted", purpose=gettext_lazy("专家意见"))
    rows = answer_rows(found.case)
    facts = [
        Seen(question.label, shown(question, rows[question.key].value))
        for question in found.programme.questions()
        if question.key in found.programme.veil and question.key in rows
    ]
    asked = Decision.objects.filter(case=found.case, outcome="ask_expert").order_by("-pk").first()
    id_number = str(rows["patient_id_no"].value) if "patient_id_no" in rows else ""
    return {
        "facts": [*_person(id_number), *facts],
        "copies": list(redacted_files(found.case)),
        "question": asked.opinion if asked else "",
    }


def shown(question: Question, value: Any) -> str:
    """A value in clear; a coded one with its code, which a doctor reads."""
    words = display(question, value, True, {})
    return f"{value} {words}" if question.find is not None else words


def _person(id_number: str) -> list[Seen]:
    today = clock.today()
    verdict = check_id(id_number, today=today)
    born = [] if verdict.birth_date is None else [Seen(_("周岁"), str(age(verdict.birth_date, today)))]
    return born + ([] if verdict.sex is None else [Seen(_("性别"), str(SEXES[verdict.sex]))])
