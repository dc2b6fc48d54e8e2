"""Who the patient is by the number on file, and what makes a reviewer look twice: for the tabs 申请 and 核查."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from cases.access.queries import acting_post
from cases.calendar import clock
from cases.dossier.doubts import born_words, doubts
from cases.dossier.models import Answer
from cases.dossier.queries import answers
from cases.dossier.rules import same_name
from workflows.desk.casefile.queries import File


def born(found: File) -> str:
    """出生、年龄、性别 as the ID number of the patient states them; "" without one."""
    return str(born_words(str(answers(found.case).get("patient_id_no") or ""), today=clock.today()))


def whose(found: File, row: Answer) -> str:
    """The office of whoever verified an answer, never the name."""
    post = acting_post(row.by, found.case.handling_code) if row.source == "verified" else None
    return str(post.office.name) if post else ""


def flags(found: File) -> list[tuple[Any, Any]]:
    """提示: a person known under another name, and the notes on numbers; for the eye of a person, nothing is refused."""
    facts, person = answers(found.case), found.case.patient
    said: list[tuple[Any, Any]] = []
    if person is not None and not same_name(str(person.name), str(facts.get("patient_name") or "")):
        said.append((gettext_lazy("患者姓名"), gettext_lazy("这个证件号码以前登记的是另一个姓名，请核对")))
    questions = found.programme.asked(facts)
    if not found.may_see_account:
        questions = [question for question in questions if question.kind != "bank_account"]
    labels = {question.key: question.label for question in questions}
    notes = doubts(questions, facts, today=clock.today())
    clear = "checks" in found.shown  # a note may quote the number
    hidden = gettext_lazy("号码有提示，点“显示”可看")
    return said + [(labels[key], note if clear else hidden) for key, some in notes.items() for note in some]
