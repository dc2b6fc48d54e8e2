"""A draft that begins with what the office knows already (预填草稿): consents, papers and the truth are still the person's to give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from cases.dossier.answering import already_open, cleaned, store_answer
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Invalid
from cases.history.record import record
from cases.people.queries import id_key
from cases.people.rules import mask_name
from cases.programme import programme
from cases.states import OPEN_STATES

WHO, NAME = "patient_id_no", "patient_name"


def live_case(slug: str, key: str) -> Case | None:
    """The draft or open case of a person in a programme, known by the blind index of the ID number."""
    live = Q(state="DRAFT", discarded_at=None) | Q(state__in=OPEN_STATES)
    return Case.objects.filter(live, programme=slug, patient_key=key).first()


def prefilled_draft(
    *,
    slug: str,
    owner: Any,
    agent: Any,
    channel: str,
    said: Mapping[str, Any],
    known: Mapping[str, Any],
    by: Any,
    now: datetime,
) -> tuple[Case, list[str]]:
    """预填草稿 inside an act: a draft of one person with what he `said` and what a register has on record (`known`).

    What he said he may still change; what is on record stands. Answers with it the keys that the programme does not ask
    for or does not take. Refusal when the person has a draft or an open case there.
    """
    card = programme(slug)
    try:
        with transaction.atomic():
            case = Case.objects.create(
                token=uuid4(), owner=owner, agent=agent, programme=card.slug, channel=channel, created_at=now, saved_at=now,
                patient_key=id_key(str(said[WHO])), masked_name=mask_name(str(said[NAME])),
            )  # fmt: skip
    except IntegrityError as error:
        raise already_open() from error
    record("case.begun", about=("case", case.pk), object=case, payload={"programme": card.slug, "channel": channel})
    left: list[str] = []
    for source, given in (("claimed", said), ("registry", known)):
        for question in card.questions():
            if given.get(question.key) in (None, ""):
                continue
            facts = answers(case)
            is_on_record = question.is_found and source == "registry"
            if not is_on_record and question not in card.asked(facts):
                left.append(question.key)
                continue
            try:
                value = cleaned(question, given[question.key], facts, now)
            except Invalid:
                left.append(question.key)
                continue
            store_answer(case=case, key=question.key, value=value, by=by, now=now, source=source)
    return case, left
