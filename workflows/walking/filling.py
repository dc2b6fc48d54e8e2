"""Fill in a whole draft at once: the same rows and events as by its pages, one question and one paper at a time, far sooner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction

from cases.access.models import User
from cases.calendar.rules import local_day
from cases.dossier.actions import own_draft
from cases.dossier.answering import already_open, cleaned, fits_person, note_on_case, store_answer
from cases.dossier.models import Answer, Case
from cases.dossier.queries import answers
from cases.evidence.intake import TakenIn
from cases.evidence.keeping import PAPER, saved, store, taken_in
from cases.evidence.models import Material
from cases.evidence.queries import papers
from cases.history import unit
from cases.history.record import action, record
from cases.programme import programme
from workflows.walking.papers import picture


@action("case.answer")
def answer_all(*, case: Case, given: Mapping[str, Any], by: User, now: datetime | None = None) -> None:
    """填写全部: each of these answers that the ones before it call for; refused as a single one would be."""
    assert now is not None
    found = own_draft(case, by)
    facts = answers(found)
    for question in programme(found.programme).questions():
        if question.key not in given or not (question.when is None or question.when(facts)):
            continue
        value = cleaned(question, given[question.key], facts, now)
        fits_person(found, question, value, facts, by, now)
        note_on_case(found, question.key, value, by, now)
        if value is None or question.key in facts:
            store_answer(case=found, key=question.key, value=value, by=by, now=now)
        else:
            row = Answer(case=found, round=found.round, key=question.key, value=value, by=by, at=now)
            unit.insert(row, keyed=True)
            record("case.answered", about=("case", found.pk), object=row, payload={"key": row.key, "round": row.round})
        facts[question.key] = value
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise already_open() from error


@action("file.add")
def give_papers(*, case: Case, seed: int, by: User, now: datetime | None = None) -> None:
    """交齐材料: a photo of each required paper that the draft still lacks."""
    assert now is not None
    found = own_draft(case, by)
    for paper in papers(found, today=local_day(now)):
        if not paper.required or paper.is_given:
            continue
        row, _made = Material.objects.update_or_create(case=found, code=paper.code, defaults={"state": "given"})
        store(found, row, PAPER, _photo(paper.code, seed), picture(paper.code, seed=seed), by, now)
    saved(found, now)


@lru_cache(maxsize=256)
def _photo(code: str, seed: int) -> TakenIn:
    return taken_in(picture(code, seed=seed))
